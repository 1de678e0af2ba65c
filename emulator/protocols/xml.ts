// Writes the XML that EC2 answers with: objects become elements, arrays become <item> lists.

export type XmlValue = string | number | boolean | Date | null | undefined | readonly XmlValue[] | XmlElement;
export type XmlElement = { readonly [name: string]: XmlValue };

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

export const responseXml = (action: string, requestId: string, content: XmlElement): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${NAMESPACE}">${children({ requestId, ...content })}</${action}Response>`;

export const errorXml = (code: string, message: string, requestId: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${children({
    Errors: { Error: { Code: code, Message: message } },
    RequestID: requestId,
  })}</Response>`;

const children = (content: XmlElement): string =>
  Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join('');

function element(name: string, value: XmlValue): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return `<${name}>${value.map((item) => element('item', item)).join('')}</${name}>`;
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === 'object') return `<${name}>${children(value as XmlElement)}</${name}>`;
  return `<${name}>${escape(String(value))}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
