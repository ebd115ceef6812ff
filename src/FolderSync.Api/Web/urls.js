// Every URL of the page is built here. A name that others chose (a folder's ID) becomes one whole segment of a path, or none.

/** Browsers walk up for these, however they are written, before the service sees the request. */
const walks = /^(?:\.|%2e){1,2}$/i;

/** As a template's tag: each value is one segment. route`config/folders/${id}` */
export function route(strings, ...values) {
  return strings.reduce((path, text, i) => path + segment(values[i - 1]) + text);
}

/** A place of the page: place`folder/${id}` */
export function place(strings, ...values) {
  return `#/${route(strings, ...values)}`;
}

/** @param path Below rest/: a constant, or made by route. */
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
