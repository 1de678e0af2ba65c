// Images: what they say of themselves, and whose they are (facts/ec2.md 1.8, 1.9).

import { DescribeImagesCommand, type DescribeImagesCommandInput, type Image } from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { instance, volume } from './support/looks.ts';
import { codeOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const images = async (input: DescribeImagesCommandInput): Promise<Image[]> =>
  (await aws.ec2.send(new DescribeImagesCommand(input))).Images ?? [];
const probe = () => [images({ ImageIds: ['ami-0123456789abcdef0'] })];
const CANONICAL = '099720109477';

capability('images', probe, (it) => {
  it('an image says what the gate before a launch asks (1.8)', async () => {
    const { image, architecture } = aws.around;
    expect(image).toMatchObject({
      ImageId: expect.stringMatching(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/),
      State: 'available',
      Architecture: architecture,
      VirtualizationType: 'hvm',
      EnaSupport: true,
      RootDeviceType: 'ebs',
      RootDeviceName: expect.stringMatching(/^\/dev\//),
      OwnerId: expect.stringMatching(/^\d{12}$/),
      Name: expect.any(String),
      CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      Public: true,
    });
    const root = image.BlockDeviceMappings!.find(({ DeviceName }) => DeviceName === image.RootDeviceName);
    expect(root?.Ebs).toMatchObject({
      SnapshotId: expect.stringMatching(/^snap-/),
      VolumeSize: expect.any(Number),
      DeleteOnTermination: true,
    });
  });

  it('its owner is trusted, not its name: by owner it is found, among ours it is not (1.8)', async () => {
    const { ImageId, OwnerId, Name } = aws.around.image;
    const Filters = [{ Name: 'name', Values: [Name!] }];
    expect((await images({ Owners: [OwnerId!], Filters })).map((each) => each.ImageId)).toContain(ImageId);
    expect((await images({ Owners: ['self'], Filters })).map((each) => each.ImageId)).not.toContain(ImageId);
  });

  it('Amazon has an alias, and others are found by their number (1.8)', async () => {
    const amazon = await images({ Owners: ['amazon'], Filters: [{ Name: 'name', Values: ['al2023-ami-2023*'] }] });
    expect(amazon.length).toBeGreaterThan(0);
    expect(new Set(amazon.map(({ ImageOwnerAlias }) => ImageOwnerAlias))).toEqual(new Set(['amazon']));
    const noble = { Name: 'name', Values: ['ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-*'] };
    const ubuntu = await images({ Owners: [CANONICAL], Filters: [noble] });
    expect(new Set(ubuntu.map(({ OwnerId }) => OwnerId))).toEqual(new Set([CANONICAL]));
  });

  it('it is found by each of its properties (1.8)', async () => {
    const { image } = aws.around;
    const found = async (name: string, value: string) => {
      const Filters = [
        { Name: 'image-id', Values: [image.ImageId] },
        { Name: name, Values: [value] },
      ];
      return (await images({ Filters })).length;
    };
    const right = {
      name: image.Name!,
      architecture: image.Architecture!,
      state: 'available',
      'owner-id': image.OwnerId!,
      'root-device-type': 'ebs',
      'root-device-name': image.RootDeviceName,
      'virtualization-type': 'hvm',
      'is-public': 'true',
      'ena-support': 'true',
    };
    for (const [name, value] of Object.entries(right)) expect([name, await found(name, value)]).toEqual([name, 1]);
    for (const name of Object.keys(right)) expect([name, await found(name, 'false')]).toEqual([name, 0]);
  });

  it('what is deprecated is shown only where that is asked (1.8)', async () => {
    const Filters = [{ Name: 'name', Values: ['al2023-ami-2023*'] }];
    const isOld = ({ DeprecationTime }: Image) => Date.parse(DeprecationTime ?? '9999-12-31') < Date.now();
    const current = await images({ Owners: ['amazon'], Filters });
    expect(current.filter(isOld)).toEqual([]);
    const all = await images({ Owners: ['amazon'], Filters, IncludeDeprecated: true });
    const ids = new Set(all.map(({ ImageId }) => ImageId));
    expect(current.filter(({ ImageId }) => !ids.has(ImageId))).toEqual([]);
  });

  it('one that never was is not found, one that can’t be is malformed (1.11)', async () => {
    expect(await codeOf(images({ ImageIds: ['ami-0123456789abcdef0'] }))).toBe('InvalidAMIID.NotFound');
    expect(await codeOf(images({ ImageIds: ['ami-x'] }))).toBe('InvalidAMIID.Malformed');
  });

  it('a filter that is none is refused (1.11)', async () => {
    expect(await codeOf(images({ Filters: [{ Name: 'colour', Values: ['red'] }] }))).toBe('InvalidParameterValue');
  });
});

capability('launches from images', probe, (it) => {
  it('an image of another architecture than the type’s is refused (1.8)', async () => {
    const InstanceType = aws.around.architecture === 'x86_64' ? 't4g.micro' : 't3.micro';
    expect(await codeOf(aws.make.launch({ InstanceType }))).toBe('InvalidParameterValue');
  });

  it('a root smaller than its snapshot is refused, a larger one made (1.8)', async () => {
    const { image } = aws.around;
    const least = image.BlockDeviceMappings!.find(({ DeviceName }) => DeviceName === image.RootDeviceName)!.Ebs!;
    const sized = (VolumeSize: number) =>
      aws.make.launchRunning({ BlockDeviceMappings: [{ DeviceName: image.RootDeviceName, Ebs: { VolumeSize } }] });
    expect(await codeOf(sized(least.VolumeSize! - 1))).toBe('InvalidBlockDeviceMapping');
    const { BlockDeviceMappings } = await sized(least.VolumeSize! + 1);
    const root = await volume(aws, BlockDeviceMappings![0]!.Ebs!.VolumeId!);
    expect(root).toMatchObject({ Size: least.VolumeSize! + 1, SnapshotId: least.SnapshotId });
  });

  it('the metadata’s defaults are the image’s: one for IMDSv2 requires it, and takes two hops (1.9)', async () => {
    const { InstanceId } = await aws.make.launch();
    const { MetadataOptions } = await until(
      'it is seen',
      () => instance(aws, InstanceId),
      () => true,
    );
    const isV2 = aws.around.image.ImdsSupport === 'v2.0';
    expect(MetadataOptions).toMatchObject({
      HttpEndpoint: 'enabled',
      HttpTokens: isV2 ? 'required' : 'optional',
      HttpPutResponseHopLimit: isV2 ? 2 : 1,
      InstanceMetadataTags: 'disabled',
    });
  });
});
