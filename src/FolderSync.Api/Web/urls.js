// Builds every URL of the page. A name that other devices chose (a folder's ID) becomes exactly one path segment, or is rejected.

/** Browsers resolve these segments, in any spelling, before they send the request. */
const walks = /^(?:\.|%2e){1,2}$/i;

/** A template tag that encodes each value as one segment: route`config/folders/${id}` */
export function route(strings, ...values) {
  return strings.reduce((path, text, i) => path + segment(values[i - 1]) + text);
}

/** An address of the page: place`folder/${id}` */
export function place(strings, ...values) {
  return `#/${route(strings, ...values)}`;
}

/** @param path The path below rest/: a constant, or made by route. */
export function restUrl(path, query) {
  if (path.split(/[/\\]/).some(s => s === '' || walks.test(s)))
    throw new Error(`“${path}” names nothing that the service has.`);
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const parameters = new URLSearchParams(given).toString();
  return `rest/${path}${parameters ? `?${parameters}` : ''}`;
}

function segment(value) {
  const text = String(value);
  if (text === '' || text === '.' || text === '..')
    throw new Error(`“${text}” can’t be a name or an ID here: in a URL it means another directory.`);
  return encodeURIComponent(text);
}
