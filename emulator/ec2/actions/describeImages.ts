// DescribeImages: by id, owner and filter.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { IMAGES, type Image } from '../catalogue.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { pick } from '../ids.ts';
import { page } from '../paging.ts';
import { action, stopDryRun } from './action.ts';

const readers: FilterReaders<Image> = {
  name: (image) => [image.name],
  architecture: (image) => [image.architecture],
  'owner-id': (image) => [image.owner],
  'image-id': (image) => [image.id],
  state: () => ['available'],
  'image-type': () => ['machine'],
  'virtualization-type': () => ['hvm'],
  'root-device-type': () => ['ebs'],
};

export const describeImages = action(
  'DescribeImages',
  {
    ImageId: list(string),
    Owner: list(string),
    Filter: filterSchema,
    MaxResults: integer,
    NextToken: string,
    DryRun: boolean,
  },
  (region, input) => {
    stopDryRun(input.DryRun);
    const named =
      input.ImageId === undefined
        ? IMAGES
        : pick('image', input.ImageId, (id) => IMAGES.find((image) => image.id === id));
    const owners = input.Owner?.map((owner) => (owner === 'self' ? region.options.accountId : owner));
    const owned = owners === undefined ? named : named.filter((image) => owners.includes(image.owner));
    const tagged = owned.map((image) => ({ ...image, tags: new Map<string, string>() }));
    const { items, nextToken } = page(applyFilters(tagged, input.Filter, readers), input);
    return { imagesSet: items.map(imageXml), nextToken };
  },
);

const imageXml = (image: Image) => ({
  imageId: image.id,
  imageLocation: `amazon/${image.name}`,
  imageState: 'available',
  imageOwnerId: image.owner,
  creationDate: image.created,
  isPublic: true,
  architecture: image.architecture,
  imageType: 'machine',
  name: image.name,
  rootDeviceType: 'ebs',
  rootDeviceName: image.root_device,
  blockDeviceMapping: [
    {
      deviceName: image.root_device,
      ebs: { volumeSize: image.root_gb, volumeType: 'gp3', deleteOnTermination: true, encrypted: false },
    },
  ],
  virtualizationType: 'hvm',
  hypervisor: 'xen',
  enaSupport: true,
  imdsSupport: 'v2.0',
});
