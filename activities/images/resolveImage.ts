// Finds the image to launch: the one that is set, the newest of a trusted owner that fits, or the caller's own (facts/ec2.md 1.8).

import { DescribeImagesCommand, type DescribeImagesCommandInput, type Image } from '@aws-sdk/client-ec2';
import type { Entitlements } from '../../domain/compute/entitlements.ts';
import type { Shape } from '../../domain/compute/shape.ts';
import { BerthError } from '../../domain/errors.ts';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws } from '../failure.ts';
import { remembered } from '../remembered.ts';
import { type ImageSource, imageSource } from './sources.ts';

export type ResolvedImage = { readonly imageId: string; readonly rootDevice: string };

/** Images change daily at most; five minutes keep a burst of creates from asking again for each. */
const REMEMBER_MS = 300_000;

export function imageResolver({ ec2, settings }: Pick<Dependencies, 'ec2' | 'settings'>) {
  const remember = remembered<Image | null>(REMEMBER_MS);

  /** Throws IMAGE_NOT_FOUND, and IMAGE_REFUSED for one of the caller's own that can't or may not be launched. */
  return async (shape: Shape, { custom_ami_owners: owners }: Entitlements): Promise<ResolvedImage> => {
    const { imageId } = shape.os;
    const image = imageId === null ? await ourImage(shape) : await callersImage(imageId, shape, owners);
    const problem = bootProblem(image, shape);
    if (problem !== null) throw new BerthError('IMAGE_REFUSED', { image_id: image.ImageId, because: problem });
    return { imageId: image.ImageId!, rootDevice: image.RootDeviceName! };
  };

  async function ourImage(shape: Shape): Promise<Image> {
    const { architecture } = shape;
    const isUsual = shape.os.family === settings.DEFAULT_OS_FAMILY && shape.os.version === settings.DEFAULT_OS_VERSION;
    const usual = { owner: settings.IMAGE_OWNER, name: settings.IMAGE_NAME };
    const id = isUsual && shape.gpu === null ? settings.IMAGE_ID : undefined;
    const source = isUsual && shape.gpu === null ? usual : imageSource(shape);
    const wanted = source ?? { owner: 'any', name: `${shape.os.family} ${shape.os.version}` };
    const image = source === null ? null : await newest(source, architecture, id);
    if (image !== null) return image;
    throw new BerthError('IMAGE_NOT_FOUND', { owner: wanted.owner, name: id ?? wanted.name, architecture });
  }

  /** Names are not trusted without their owner. */
  function newest({ owner, name }: ImageSource, architecture: string, id: string | undefined): Promise<Image | null> {
    return remember(`${id ?? `${owner}/${name}`}/${architecture}`, async () => {
      const Filters = [
        { Name: 'architecture', Values: [architecture] },
        { Name: 'state', Values: ['available'] },
        ...(id === undefined ? [{ Name: 'name', Values: [name] }] : []),
      ];
      const images = await describe({ Filters, ...(id === undefined ? { Owners: [owner] } : { ImageIds: [id] }) });
      const bootable = images.filter((image) => image.RootDeviceName !== undefined);
      return bootable.sort(byCreation).at(-1) ?? null;
    });
  }

  async function callersImage(imageId: string, shape: Shape, owners: readonly string[]): Promise<Image> {
    const images = await describe({ ImageIds: [imageId] }).catch((error: unknown) => {
      if (isAwsCode((error as Error).cause ?? error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Malformed')) return [];
      throw error;
    });
    const [image] = images;
    if (image === undefined) {
      throw new BerthError('IMAGE_NOT_FOUND', { owner: 'any', name: imageId, architecture: shape.architecture });
    }
    if (!owners.includes(image.OwnerId ?? '')) {
      const because = `its owner ${image.OwnerId} is not on the tenant's list`;
      throw new BerthError('IMAGE_REFUSED', { image_id: imageId, because });
    }
    return image;
  }

  async function describe(input: DescribeImagesCommandInput): Promise<Image[]> {
    return (await aws('DescribeImages', () => ec2.describe.send(new DescribeImagesCommand(input)))).Images ?? [];
  }
}

/** Why the image can't be what the shape is launched from, or null. */
function bootProblem(image: Image, { architecture, rootGb }: Shape): string | null {
  if (image.State !== 'available') return `it is ${image.State}`;
  if (image.Architecture !== architecture) return `it is for ${image.Architecture}, and the machine is ${architecture}`;
  if (image.VirtualizationType !== 'hvm') return `its virtualization is ${image.VirtualizationType}`;
  if (image.EnaSupport !== true) return 'it has no driver for the network of current machines (ENA)';
  if (image.RootDeviceName === undefined) return 'it says no root device';
  const devices = image.BlockDeviceMappings ?? [];
  const root = devices.find((device) => device.DeviceName === image.RootDeviceName)?.Ebs?.VolumeSize ?? 0;
  if (root > rootGb) return `its root needs ${root} GiB, and ${rootGb} were asked for`;
  const further = devices.filter((device) => device.DeviceName !== image.RootDeviceName && device.Ebs !== undefined);
  if (further.length > 0) return `it brings ${further.length} volume(s) of its own, which nobody would delete`;
  const { DeprecationTime: deprecation } = image;
  if (deprecation !== undefined && Date.parse(deprecation) <= Date.now())
    return `it is deprecated since ${deprecation}`;
  return null;
}

const byCreation = (a: Image, b: Image): number => (a.CreationDate ?? '').localeCompare(b.CreationDate ?? '');
