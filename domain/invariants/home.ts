// What must hold of a home: it has the bytes that it had, and goes with no machine.

/** Path -> content or hash: what was in it, and what is. A file that was being written is whole, or not there. */
export type Content = Readonly<Record<string, string>>;

/** `unsettled`: files that were being written when it was brought to rest, with all that each may hold then. */
export function sameHome(
  before: Content,
  after: Content,
  unsettled: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return paths.flatMap((path) => {
    const found = after[path];
    const mayBe = unsettled[path];
    if (mayBe !== undefined) return found === undefined || mayBe.includes(found) ? [] : [`home: ${path} is torn`];
    if (found === before[path]) return [];
    if (found === undefined) return [`home: ${path} is lost`];
    return [before[path] === undefined ? `home: ${path} was not in it` : `home: ${path} is another`];
  });
}

/** A volume of a machine, as AWS describes the machine. */
export type Mapping = {
  readonly device: string;
  readonly volumeId: string;
  readonly deleteOnTermination: boolean;
};

/** Whoever ends the machine, the home stays: no volume but the root goes with it. */
export function homeOutlivesMachine(rootDevice: string, mappings: readonly Mapping[]): string[] {
  return mappings
    .filter(({ device, deleteOnTermination }) => device !== rootDevice && deleteOnTermination)
    .map(({ volumeId }) => `home that goes with its machine: ${volumeId}`);
}

/** The volumes that a launch asks for are its own root: a home is attached later, and is in no machine's life. */
export function launchMakesRootOnly(mappings: readonly { readonly DeviceName?: string | undefined }[]): string[] {
  const [, ...others] = mappings;
  return others.map(({ DeviceName }) => `a launch with a volume beside its root: ${String(DeviceName)}`);
}
