// Formats values for the user.

const count = new Intl.NumberFormat('en');
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

// Names come from other devices. Joiners (200C, 200D) stay: scripts and emoji need them, and they don't change the direction of text.
const hidden = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;

/** On one line, with control, bidi and other invisible characters as \uXXXX. */
export function shown(text) {
  return String(text ?? '').toWellFormed().replace(hidden, c => `\\u${c.codePointAt(0).toString(16).padStart(4, '0')}`);
}

export function number(n) {
  return count.format(n);
}

export function plural(n, one, many) {
  return `${count.format(n)} ${n === 1 ? one : many}`;
}

export function bytes(n) {
  let unit = 0;
  while (n >= 1023.95 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 || n >= 100 ? count.format(Math.round(n)) : oneDigit.format(n)} ${units[unit]}`;
}

export function rate(bytesPerSecond) {
  return `${bytes(Math.round(bytesPerSecond))}/s`;
}

/** Whole percent; 100 only if it is exactly 100. */
export function percent(part) {
  return part >= 100 ? '100%' : `${Math.min(99, Math.floor(part))}%`;
}

/** The two largest units. */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const parts = [[Math.floor(s / 86400), 'd'], [Math.floor(s / 3600) % 24, 'h'], [Math.floor(s / 60) % 60, 'min'], [s % 60, 's']];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0)
    return '0 s';
  return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`).join(' ');
}

export function timeLeft(seconds) {
  if (seconds < 5)
    return 'a few seconds left';
  if (seconds < 60)
    return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  if (seconds < 5400)
    return `about ${plural(Math.round(seconds / 60), 'minute', 'minutes')} left`;
  if (seconds < 172800)
    return `about ${plural(Math.round(seconds / 3600), 'hour', 'hours')} left`;
  return `about ${plural(Math.round(seconds / 86400), 'day', 'days')} left`;
}

/** A time from the service, or null if there is none. */
export function time(text) {
  const at = new Date(text ?? '');
  return Number.isNaN(at.getTime()) || at.getTime() <= 86400000 ? null : at;
}

export function ago(at) {
  const seconds = (Date.now() - at.getTime()) / 1000;
  if (seconds < 60)
    return 'just now';
  if (seconds < 3600)
    return `${plural(Math.floor(seconds / 60), 'minute', 'minutes')} ago`;
  if (seconds < 86400)
    return `${plural(Math.floor(seconds / 3600), 'hour', 'hours')} ago`;
  if (seconds < 30 * 86400)
    return `${plural(Math.floor(seconds / 86400), 'day', 'days')} ago`;
  return at.toLocaleDateString(undefined, { year: 'numeric', month: 'long', day: 'numeric' });
}

/** "in 20 s"; null if it has passed. */
export function soon(at) {
  const seconds = (at.getTime() - Date.now()) / 1000;
  return seconds <= 0 ? null : `in ${duration(seconds)}`;
}

export function items(n) {
  return plural(n, 'item', 'items');
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const dayAndClock = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export function clockTime(at) {
  return clock.format(at);
}

export function dateTime(at) {
  return dayAndClock.format(at);
}

export function files(n) {
  return plural(n, 'file', 'files');
}

/** "a, b and c" */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** A duration without seconds, for uptime and the like. */
export function wholeMinutes(seconds) {
  return seconds < 60 ? seconds : Math.floor(seconds / 60) * 60;
}

const folderTypes = {
  'sendreceive': 'Send and receive',
  'sendonly': 'Send only',
  'receiveonly': 'Receive only',
};

/** Either in the spelling of the REST API or in the file's. */
export function folderType(type) {
  return folderTypes[String(type).replace('-', '').toLowerCase()] ?? type;
}

/** A folder's directory on any system; the text comes from other devices. */
export function directoryName(name) {
  return shown(name).replace(/[<>:"/\\|?*~]+/g, ' ').replace(/\s+/g, ' ').trim().replace(/^\.+|[. ]+$/g, '').slice(0, 80);
}
