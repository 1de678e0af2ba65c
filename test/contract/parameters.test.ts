// Systems Manager's public parameters, that name the newest images (facts/ec2.md 1.8).

import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  type Parameter,
} from '@aws-sdk/client-ssm';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { REGION } from './support/endpoint.ts';
import { codeOf } from './support/refusal.ts';
import { latestImageParameter } from './support/surroundings.ts';

const aws = contract();

const AMAZON = '/aws/service/ami-amazon-linux-latest';
/** Those of facts/ec2.md 1.8, with the architecture of what they name. */
const PUBLISHED: readonly (readonly [name: string, architecture: string])[] = [
  [latestImageParameter('x86_64'), 'x86_64'],
  [latestImageParameter('arm64'), 'arm64'],
  ['/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id', 'x86_64'],
  ['/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id', 'arm64'],
  ['/aws/service/debian/release/12/latest/amd64', 'x86_64'],
  ['/aws/service/debian/release/12/latest/arm64', 'arm64'],
  ['/aws/service/debian/release/13/latest/amd64', 'x86_64'],
  ['/aws/service/debian/release/13/latest/arm64', 'arm64'],
  ['/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id', 'x86_64'],
  ['/aws/service/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id', 'arm64'],
];

const parameter = async (Name: string): Promise<Parameter> =>
  (await aws.ssm.send(new GetParameterCommand({ Name }))).Parameter!;

async function under(Path: string, Recursive: boolean): Promise<string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await aws.ssm.send(new GetParametersByPathCommand({ Path, Recursive, MaxResults: 10, NextToken }));
    expect(page.Parameters!.length).toBeLessThanOrEqual(10);
    found.push(...page.Parameters!.map(({ Name }) => Name!));
    ({ NextToken } = page);
  } while (NextToken);
  return found.sort();
}

const probe = () => [
  parameter(latestImageParameter('x86_64')),
  aws.ssm.send(new GetParametersCommand({ Names: ['/none'] })),
  aws.ssm.send(new GetParametersByPathCommand({ Path: '/none' })),
];

capability('public parameters', probe, (it) => {
  it('a parameter is an image’s id, of nobody’s account (1.8)', async () => {
    const Name = latestImageParameter('x86_64');
    expect(await parameter(Name)).toMatchObject({
      Name,
      Type: 'String',
      DataType: expect.any(String),
      Value: expect.stringMatching(/^ami-/),
      Version: expect.any(Number),
      ARN: `arn:aws:ssm:${REGION}::parameter${Name}`,
      LastModifiedDate: expect.any(Date),
    });
  });

  it('each names an image that can be launched, of its architecture (1.8)', async () => {
    const Names = PUBLISHED.map(([name]) => name);
    const { Parameters, InvalidParameters } = await aws.ssm.send(new GetParametersCommand({ Names }));
    expect(InvalidParameters ?? []).toEqual([]);
    const ids = new Map(Parameters!.map(({ Name, Value }) => [Name, Value!]));
    const { Images } = await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [...new Set(ids.values())] }));
    const images = new Map(Images!.map((image): [string, Image] => [image.ImageId!, image]));
    for (const [name, architecture] of PUBLISHED) {
      const { State, Architecture } = images.get(ids.get(name)!)!;
      expect([name, State, Architecture]).toEqual([name, 'available', architecture]);
    }
  });

  it('it can be read by its version, and by its ARN (SDK)', async () => {
    const { Name, Value, Version, ARN } = await parameter(latestImageParameter('x86_64'));
    expect((await parameter(`${Name}:${Version}`)).Value).toBe(Value);
    expect((await parameter(ARN!)).Value).toBe(Value);
  });

  it('one that there is not is not found (SDK)', async () => {
    expect(await codeOf(parameter(`${AMAZON}/none`))).toBe('ParameterNotFound');
    const { Version } = await parameter(latestImageParameter('x86_64'));
    const late = parameter(`${latestImageParameter('x86_64')}:${Version! + 1_000}`);
    expect(await codeOf(late)).toBe('ParameterVersionNotFound');
  });

  it('of several those that there are not are named apart (SDK)', async () => {
    const right = latestImageParameter('x86_64');
    const wrong = `${AMAZON}/none`;
    const answer = await aws.ssm.send(new GetParametersCommand({ Names: [right, wrong] }));
    expect(answer.Parameters!.map(({ Name }) => Name)).toEqual([right]);
    expect(answer.InvalidParameters).toEqual([wrong]);
  });

  it('ten are the most at once (SDK)', async () => {
    const Names = Array.from({ length: 11 }, (_, n) => `/none/${n}`);
    expect(await codeOf(aws.ssm.send(new GetParametersCommand({ Names })))).toBe('ValidationException');
  });

  it('they are listed by their path, in pages, and below it only where that is asked (SDK)', async () => {
    const all = await under(AMAZON, false);
    expect(all).toEqual(expect.arrayContaining([latestImageParameter('arm64'), latestImageParameter('x86_64')]));
    expect(new Set(all).size).toBe(all.length);
    const debian = '/aws/service/debian/release/13';
    expect(await under(debian, false)).toEqual([]);
    expect(await under(debian, true)).toEqual(
      expect.arrayContaining([`${debian}/latest/amd64`, `${debian}/latest/arm64`]),
    );
    expect(await under('/aws/service/none', true)).toEqual([]);
  });
});
