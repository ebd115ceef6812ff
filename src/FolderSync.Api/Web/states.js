// Maps the service's states of folders and devices to texts and tones. Pure.

import { ago, bytes, duration, files, items, number, percent, plural, rate, time, timeLeft } from './words.js';

/** tone: ok, busy, idle, wait, warn, bad. */
export function folderState(folder, devices = []) {
  if (folder.paused)
    return { tone: 'idle', words: 'Paused' };
  if (folder.error || folder.state === 'error')
    return { tone: 'bad', words: 'Stopped' };
  if (folder.hold)
    return { tone: 'warn', words: 'Needs your decision' };
  switch (folder.state) {
    case 'scan-waiting': return { tone: 'wait', words: 'Waiting to scan' };
    case 'scanning': return { tone: 'busy', words: 'Scanning' };
    case 'sync-waiting': return { tone: 'wait', words: 'Waiting to sync' };
    case 'sync-preparing': return { tone: 'busy', words: 'Preparing to sync' };
    case 'syncing': return { tone: 'busy', words: 'Syncing' };
    case 'cleaning': return { tone: 'busy', words: 'Cleaning up' };
    case '': case 'starting': return { tone: 'wait', words: 'Starting' };
    default: return atRest(folder, devices);
  }
}

function atRest(folder, devices) {
  const needed = needOf(folder);
  if (folder.problems > 0)
    return { tone: 'warn', words: `${items(Math.max(folder.problems, needed))} out of sync` };
  if (needed > 0 && folder.type === 'sendonly')
    return { tone: 'wait', words: 'Others have changes' };
  const connected = devices.some(d => folder.devices.includes(d.id) && d.connected);
  if (needed > 0)
    return connected ? { tone: 'wait', words: `${items(needed)} to sync` } : { tone: 'wait', words: 'Waiting for a device' };
  if (folder.devices.length === 0)
    return { tone: 'ok', words: 'Not shared yet' };
  return { tone: 'ok', words: 'Up to date' };
}

export function needOf(folder) {
  return (folder.needFiles ?? 0) + (folder.needDeletes ?? 0);
}

export function folderName(folder) {
  return folder.label || folder.id;
}

/** The line below a folder's name: its progress while it is busy, otherwise its size. */
export function folderDetail(folder, state) {
  if (folder.paused)
    return 'Nothing is synced while it is paused';
  if (state.tone === 'bad')
    return folder.error;
  if (folder.state === 'syncing' && needOf(folder) > 0) {
    const words = [`${bytes(folder.needBytes)} to go`];
    if (folder.receiveRate > 0)
      words.push(rate(folder.receiveRate));
    if (folder.secondsLeft !== null && folder.secondsLeft !== undefined)
      words.push(timeLeft(folder.secondsLeft));
    return words.join(' · ');
  }
  if (folder.state === 'scanning' && folder.scan) {
    const { entries, hashedBytes, toHashBytes } = folder.scan;
    return `${items(entries)} scanned${toHashBytes > 0 ? `, ${bytes(hashedBytes)} of ${bytes(toHashBytes)} read` : ''}`;
  }
  const words = [files(folder.localFiles ?? 0), bytes(folder.localBytes ?? 0)];
  const changed = time(folder.lastChange?.time);
  if (changed)
    words.push(`changed ${ago(changed)}`);
  return words.join(' · ');
}

export function deviceState(device) {
  if (device.paused)
    return { tone: 'idle', words: 'Paused' };
  if (!device.connected)
    return { tone: 'off', words: 'Not connected' };
  if (device.notAnsweringSince)
    return { tone: 'wait', words: 'Not answering' };
  return device.sharedFolders.length > 0 && device.completion < 100
    ? { tone: 'busy', words: `Syncing, ${percent(device.completion)}` }
    : { tone: 'ok', words: 'Connected' };
}

const kinds = {
  'tcp-client': 'TCP',
  'tcp-server': 'TCP',
  'quic-client': 'QUIC',
  'quic-server': 'QUIC',
  'relay-client': 'Relay',
  'relay-server': 'Relay',
};

export function connectionKind(device) {
  if (!device.connected)
    return '';
  const way = device.kind?.startsWith('relay') ? 'through a relay' : device.isLan ? 'in the local network' : 'over the internet';
  return `${kinds[device.kind] ?? device.kind} ${way}`;
}

export function deviceDetail(device) {
  if (device.paused)
    return 'Nothing is sent or received';
  const silent = time(device.notAnsweringSince);
  if (device.connected && silent)
    return `Has not answered for ${duration((Date.now() - silent) / 1000)}`;
  if (device.connected) {
    const words = [connectionKind(device)];
    if (device.receiveRate + device.sendRate >= 1024)
      words.push(`↓\u00a0${rate(device.receiveRate)} ↑\u00a0${rate(device.sendRate)}`.replaceAll(' ', '\u00a0'));
    else if (device.sharedFolders.length === 0)
      words.push('no folder shared yet');
    return words.join(' · ');
  }
  const seen = time(device.lastSeen);
  return seen ? `Last seen ${ago(seen)}` : 'Never seen';
}

const ranks = { bad: 0, warn: 1 };

/** Sorts folders that need the user first; the others keep their order, so that the list stays still. */
export function inOrder(folders, devices) {
  return folders.map(f => [f, folderState(f, devices)]).sort(([, a], [, b]) => (ranks[a.tone] ?? 2) - (ranks[b.tone] ?? 2));
}

/** The overall state in one word, and a line of figures. */
export function overall({ folders, devices, lost, pause }) {
  const states = folders.map(f => folderState(f, devices));
  const having = tone => states.filter(s => s.tone === tone).length;
  if (lost)
    return { tone: 'bad', words: 'The service does not respond' };
  if (pause.paused)
    return { tone: 'idle', words: 'All syncing is paused' };
  if (folders.length === 0)
    return { tone: 'wait', words: 'Nothing is shared yet' };
  if (having('bad') > 0)
    return { tone: 'bad', words: `${plural(having('bad'), 'folder is', 'folders are')} stopped` };
  if (having('warn') > 0)
    return { tone: 'warn', words: `${plural(having('warn'), 'folder needs', 'folders need')} attention` };
  if (having('busy') > 0)
    return { tone: 'busy', words: `Working on ${plural(having('busy'), 'folder', 'folders')}` };
  if (having('wait') > 0)
    return { tone: 'wait', words: `${plural(having('wait'), 'folder waits', 'folders wait')} for other devices` };
  return having('ok') > 0 ? { tone: 'ok', words: 'Everything is up to date' } : { tone: 'idle', words: 'All folders are paused' };
}

export function figures(folders, devices) {
  const size = folders.reduce((sum, f) => sum + (f.localBytes ?? 0), 0);
  const words = [plural(folders.length, 'folder', 'folders'), bytes(size)];
  if (devices.length > 0)
    words.push(`${number(devices.filter(d => d.connected).length)} of ${plural(devices.length, 'device', 'devices')} connected`);
  return words.join(' · ');
}

/** Explains the held changes and what each button would do. `nameOf` gives a device's name. */
export function holdWords(hold, nameOf) {
  const many = hold.files === hold.totalFiles ? `All ${number(hold.files)}` : `${number(hold.files)} of ${number(hold.totalFiles)}`;
  const by = hold.devices?.length > 0 ? hold.devices.map(nameOf).join(', ') : 'another device';
  const what = hold.totalFiles === 1 ? 'The only file was' : `${many} files were`;
  if (hold.incoming && hold.replaced > 0)
    return {
      title: 'Changes in',
      text: `${what} ${hold.replaced === hold.files ? 'replaced' : 'replaced or deleted'} on ${by} within a short time. That can be an update of many files, or a program that destroys them. Nothing more of it is carried out here until you accept it; what came before that is among the versions.`,
      restore: 'Take the changes back',
      done: 'The files stay as they are here',
      confirm: `Accept the changes to ${files(hold.files)}`,
      ask: 'Accept these changes?',
      consequence: 'The files are replaced or deleted on this device, too. If the folder keeps versions, you can restore them from there.',
    };
  return hold.incoming
    ? {
      title: 'Deletions in',
      restore: 'Restore the files',
      done: 'Restoring the files',
      text: `${what} deleted on ${by}. Nothing is deleted here until you confirm it.`,
      confirm: `Delete ${files(hold.files)} here`,
      ask: 'Delete these files here too?',
      consequence: 'They are deleted from this device, too. If the folder keeps versions, you can restore them from there.',
    }
    : {
      title: 'Deletions in',
      restore: 'Restore the files',
      done: 'Restoring the files',
      text: hold.why
        ? `${hold.why} ${files(hold.files)} are missing here. The other devices keep theirs. Mount it again to resume.`
        : `${what} deleted here. The other devices keep theirs until you confirm it.`,
      confirm: `Delete ${files(hold.files)} everywhere`,
      ask: 'Delete these files on all devices?',
      consequence: 'The other devices delete their copies, too. If a device keeps versions, you can restore them there.',
    };
}
