// A folder's state in words, from what the service says of it. Pure.

import { items, number, percent, plural } from './words.js';

/** tone: ok, busy, idle, wait, warn, bad. */
export function stateOf(config, folder, connected) {
  const { status, details } = folder;
  if (config.paused)
    return { tone: 'idle', words: 'Paused' };
  if (folder.wrong)
    return { tone: 'bad', words: 'Stopped' };
  if (!status)
    return { tone: 'wait', words: 'Starting' };
  if (status.state === 'error' || status.error)
    return { tone: 'bad', words: 'Stopped' };
  if (details.hold)
    return { tone: 'warn', words: 'Waiting for your word' };
  switch (status.state) {
    case 'scan-waiting': return { tone: 'wait', words: 'Waiting to scan' };
    case 'scanning': return { tone: 'busy', words: 'Scanning' };
    case 'sync-preparing': return { tone: 'busy', words: 'Preparing to sync' };
    case 'syncing': return { tone: 'busy', words: 'Syncing' };
    case 'cleaning': return { tone: 'busy', words: 'Cleaning up' };
    default: return atRest(config, status, details, connected);
  }
}

function atRest(config, status, details, connected) {
  const problems = details.problems.length + details.scanProblems.length;
  if (problems > 0)
    return { tone: 'warn', words: `${items(outOfSync(status, details))} out of sync` };
  if (status.needTotalItems > 0 && config.type === 'sendonly')
    return { tone: 'wait', words: 'Others have changes' };
  if (status.needTotalItems > 0)
    return connected ? { tone: 'wait', words: `${items(status.needTotalItems)} to sync` } : { tone: 'wait', words: 'Waiting for a device' };
  return { tone: 'ok', words: 'Up to date' };
}

/** Needed items, whether anybody complained of them or not, and those that could not be read here. */
export function outOfSync(status, details) {
  return Math.max(status?.needTotalItems ?? 0, details.problems.length) + details.scanProblems.length;
}

/** How far the folder is, 0 to 100; null when nothing is known. */
export function doneOf({ status, details }) {
  if (!status)
    return null;
  if (details.scan?.toHashBytes > 0)
    return clamp(100 * details.scan.hashedBytes / details.scan.toHashBytes);
  if (status.needTotalItems === 0)
    return 100;
  // Deletions and links have no bytes, but 100 means that nothing is missing.
  return status.globalBytes > 0
    ? Math.min(99.9, clamp(100 * (status.globalBytes - status.needBytes) / status.globalBytes))
    : Math.min(99.9, clamp(100 * (1 - status.needTotalItems / Math.max(1, status.globalTotalItems))));
}

export function barWords(state, part) {
  return `${percent(part)}, ${state.words}`;
}

const types = {
  sendreceive: 'Send and receive',
  sendonly: 'Send only',
  receiveonly: 'Receive only',
};

export function typeWords(type) {
  return types[type] ?? type;
}

/** What the held deletions are, and what each button would do. */
export function holdWords(hold) {
  const many = hold.files === hold.totalFiles ? `All ${number(hold.files)}` : `${number(hold.files)} of ${number(hold.totalFiles)}`;
  const files = hold.totalFiles === 1 ? 'The only file was' : `${many} files were`;
  return hold.incoming
    ? {
      text: `${files} deleted on another device. Nothing is deleted here until you say so.`,
      confirm: `Delete ${plural(hold.files, 'file', 'files')} here`,
      ask: 'Delete these files here too?',
      consequence: 'They go from this device as they went from the other. Where the folder keeps versions, they can be brought back from there.',
    }
    : {
      text: `${files} deleted here. The other devices keep theirs until you say so.`,
      confirm: `Delete ${plural(hold.files, 'file', 'files')} everywhere`,
      ask: 'Delete these files on all devices?',
      consequence: 'The other devices delete their copies too. Where a device keeps versions, they can be brought back from there.',
    };
}

/** Why an item that nobody complained of is not here yet. */
export function waitingWords(config, status, item, transfers, connected) {
  const transfer = transfers.find(t => t.name === item.name);
  if (transfer)
    return `On its way, ${percent(100 * transfer.bytesDone / Math.max(1, transfer.bytesTotal))}`;
  if (item.reason)
    return item.reason;
  if (config.type === 'sendonly')
    return 'This folder only sends: changes of other devices are not taken.';
  if (!connected)
    return 'No device that shares this folder is connected.';
  return status.state === 'syncing' ? 'Waiting its turn.' : 'Comes with the next round.';
}

function clamp(part) {
  return Math.min(100, Math.max(0, part));
}
