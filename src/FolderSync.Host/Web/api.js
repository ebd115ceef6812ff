// Requests to the service that this page came from. Each carries the token that came with the page.

const tokenCookie = 'foldersync-token';
const answerWithin = 15000;

/** The service answered, and said no; the message is its sentence. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

let token = tokenFromCookie();
let renewal = null;

export function get(path, query, options) {
  return ask('GET', path, query, undefined, options);
}

/** Commands may take long (a scan answers when it is done): no deadline. */
export function send(method, path, query, body) {
  return ask(method, path, query, body, { within: 0 });
}

async function ask(method, path, query, body, { within = answerWithin, signal } = {}) {
  const parameters = new URLSearchParams(query ?? {}).toString();
  const url = `rest/${path}${parameters ? `?${parameters}` : ''}`;
  let response = await once(method, url, body, within, signal);
  if (response.status === 403) {
    // A service that started anew knows no token of before.
    await renewToken();
    response = await once(method, url, body, within, signal);
  }
  const text = await read(response);
  if (!response.ok)
    throw new Refused(response.status, text.trim() || `The service answered ${response.status}.`);
  return text ? JSON.parse(text) : null;
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
      headers: { 'X-CSRF-Token': token, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.any(signals),
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (e) {
    if (signal?.aborted)
      throw e;
    throw new Unreachable('The service does not answer.');
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
      await read(await once('GET', './', undefined, answerWithin));
      token = tokenFromCookie();
    } finally {
      renewal = null;
    }
  })();
  return renewal;
}

function tokenFromCookie() {
  const prefix = `${tokenCookie}=`;
  return document.cookie.split('; ').find(c => c.startsWith(prefix))?.slice(prefix.length) ?? '';
}
