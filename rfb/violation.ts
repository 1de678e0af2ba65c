// The other side does not speak RFB as it is spoken here: its connection is over.

/** Says what was wrong with the bytes, and never what they were: they may be somebody's keys. */
export class RfbViolation extends Error {
  override readonly name = 'RfbViolation';
}
