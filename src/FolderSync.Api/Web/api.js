// Requests to the service that served this page. Each carries the page's CSRF tokens.

import { restUrl } from './urls.js';

const tokenCookie = 'foldersync-token';
const csrfCookie = 'CSRF-Token-';
const answerWithin = 20000;

/** The service refused the request; the message says why. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The service didn't respond. */
export class Unreachable extends Error {}

let renewal = null;

export function get(path, query, options) {
  return ask('GET', path, query, undefined, options);
}

/** Commands may take long (a scan responds when it has finished): no timeout. */
export function send(method, path, query, body) {
  return ask(method, path, query, body, { within: 0 });
}

/** Requests a route that an older service may lack; returns `otherwise` then. */
export async function getOr(otherwise, path, query) {
  try {
    return await get(path, query);
  } catch (e) {
    if (e instanceof Unreachable)
      throw e;
    return otherwise;
  }
}

/** Changes the list of ignored devices: from their present IDs to the new ones. */
export async function ignoreDevices(change) {
  const { options } = await get('foldersync/settings/network');
  await send('PATCH', 'foldersync/settings/network', null, { 'ignored-devices': change(options.find(o => o.key === 'ignored-devices').value) });
}

async function ask(method, path, query, body, { within = answerWithin, signal, text: asText = false } = {}) {
  const url = restUrl(path, query);
  let response = await once(method, url, body, within, signal);
  if (response.status === 403 && mayBeToken(response)) {
    // A restarted service doesn't know the earlier tokens.
    await renewToken();
    response = await once(method, url, body, within, signal);
  }
  if (response.status === 401) {
    // The session ended: after the login the user returns to the same view.
    location.assign(`login.html${location.hash}`);
    await new Promise(() => {});
  }
  const text = await read(response);
  if (!response.ok)
    throw new Refused(response.status, text.trim() || `The service answered ${response.status}.`);
  return asText ? text : text ? JSON.parse(text) : null;
}

/** Where the service sends a browser without a session: there the user gets one, and returns to the same view. */
const entrances = ['login.html', 'open.html'];

/** A refusal with a JSON reason is about the request, not about the user's login. */
function mayBeToken(response) {
  return !(response.headers.get('Content-Type') ?? '').includes('json');
}

async function once(method, url, body, within, signal) {
  const signals = [];
  if (signal)
    signals.push(signal);
  if (within)
    signals.push(AbortSignal.timeout(within));
  try {
    return await fetch(url, {
      method,
      headers: { ...tokens(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.any(signals),
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (e) {
    if (signal?.aborted)
      throw e;
    throw new Unreachable('The service does not respond.');
  }
}

async function read(response) {
  try {
    return await response.text();
  } catch {
    throw new Unreachable('The connection to the service broke.');
  }
}

function renewToken() {
  renewal ??= (async () => {
    try {
      const response = await once('GET', './', undefined, answerWithin);
      await read(response);
      const entrance = response.redirected && entrances.find(e => new URL(response.url).pathname.endsWith(`/${e}`));
      if (entrance) {
        location.assign(`${entrance}${location.hash}`);
        await new Promise(() => {});
      }
    } finally {
      renewal = null;
    }
  })();
  return renewal;
}

/** Sends each token in the header of its name. All ports of a host share cookies: the service picks its own. */
function tokens() {
  const headers = {};
  for (const cookie of document.cookie.split('; ')) {
    const at = cookie.indexOf('=');
    const [name, value] = [cookie.slice(0, at), cookie.slice(at + 1)];
    if (name === tokenCookie)
      headers['X-CSRF-Token'] = value;
    else if (name.startsWith(csrfCookie))
      headers[`X-${name}`] = value;
  }
  return headers;
}
