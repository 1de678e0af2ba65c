// ClientTokens: one per intent (facts/ec2.md 1.1).

import type { WorkspaceId } from '../../domain/ids.ts';
import type { Candidate, LaunchKey } from '../../domain/machine.ts';
import { homeToken, launchToken } from './clientToken.ts';

const launch: LaunchKey = {
  workspaceId: '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId,
  generation: 1,
  attempt: 11,
};
const candidate: Candidate = { instanceType: 't3.large', zone: 'us-east-1a', market: 'on-demand' };
const otherWorkspace = '1b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId;

const ofLaunch = (changed: Partial<LaunchKey & Candidate & { imageId: string }> = {}): string => {
  const { workspaceId, generation, attempt, instanceType, zone, market, imageId } = {
    ...launch,
    ...candidate,
    imageId: 'ami-1',
    ...changed,
  };
  return launchToken({ workspaceId, generation, attempt }, { instanceType, zone, market }, imageId);
};

it('the same launch has the same token, as long as AWS takes', () => {
  expect(ofLaunch()).toMatch(/^[0-9a-f]{64}$/);
  expect(ofLaunch()).toBe(ofLaunch());
  expect(homeToken(launch, 'us-east-1a', 20)).toMatch(/^[0-9a-f]{64}$/);
  expect(homeToken({ ...launch }, 'us-east-1a', 20)).toBe(homeToken(launch, 'us-east-1a', 20));
});

it('every part of a launch changes its token', () => {
  const tokens = [
    ofLaunch(),
    ofLaunch({ workspaceId: otherWorkspace }),
    ofLaunch({ generation: 2 }),
    ofLaunch({ attempt: 12 }),
    ofLaunch({ instanceType: 't3.xlarge' }),
    ofLaunch({ zone: 'us-east-1b' }),
    ofLaunch({ market: 'spot' }),
    ofLaunch({ imageId: 'ami-2' }),
    // Generation 11, attempt 1 must not read as generation 1, attempt 11.
    ofLaunch({ generation: 11, attempt: 1 }),
  ];
  expect(new Set(tokens).size).toBe(tokens.length);
});

it('every part of a home changes its token, and none of them is a launch', () => {
  const tokens = [
    homeToken(launch, 'us-east-1a', 20),
    homeToken({ ...launch, workspaceId: otherWorkspace }, 'us-east-1a', 20),
    homeToken({ ...launch, generation: 2 }, 'us-east-1a', 20),
    homeToken({ ...launch, attempt: 12 }, 'us-east-1a', 20),
    homeToken(launch, 'us-east-1b', 20),
    homeToken(launch, 'us-east-1a', 21),
    ofLaunch(),
  ];
  expect(new Set(tokens).size).toBe(tokens.length);
});
