// The folders' cards.

import { get, send } from './api.js';
import { bdi, confirmed, element, fill, fromTemplate, KeyedList, labelBy, progress, say, show } from './dom.js';
import { barWords, doneOf, holdWords, outOfSync, stateOf, typeWords, waitingWords } from './folder-state.js';
import { Model } from './model.js';
import { ago, bytes, items, percent, plural, rate, shown, soon, time, timeLeft } from './words.js';

const shownTransfers = 3;
const shownItems = 200;

export class Folders {
  #list;
  #model;

  constructor(model, act) {
    this.#model = model;
    this.#list = new KeyedList(document.getElementById('folder-list'), id => new FolderCard(id, model, act));
  }

  update() {
    const folders = this.#model.config.folders;
    show(document.getElementById('folders-empty'), folders.length === 0);
    this.#list.update(folders.map(f => [f.id, f]));
  }
}

class FolderCard {
  #id;
  #model;
  #act;
  #parts;
  #config;
  #waiting = [];
  #waitingOf = 0;

  constructor(id, model, act) {
    this.#id = id;
    this.#model = model;
    this.#act = act;
    const { root, parts } = fromTemplate('folder-card');
    this.root = root;
    this.#parts = parts;
    labelBy(parts.bar, parts.title);
    labelBy(root.firstElementChild, parts.title);
    parts.rescan.addEventListener('click', () => act(parts.rescan, () => send('POST', 'db/scan', { folder: id })));
    parts.pause.addEventListener('click', () => act(parts.pause, () => this.#pause()));
    parts.holdRestore.addEventListener('click', () => act(parts.holdRestore, () => this.#decide('restore')));
    parts.holdConfirm.addEventListener('click', () => this.#confirmDeletions());
    parts.problems.addEventListener('toggle', () => this.#loadWaiting());
  }

  update(config) {
    this.#config = config;
    const parts = this.#parts;
    const folder = this.#model.folders.get(this.#id);
    if (!folder)
      return;
    const state = stateOf(config, folder, this.#isConnected());
    this.root.firstElementChild.dataset.tone = state.tone;
    parts.icon.setAttribute('href', `#i-${state.tone}`);
    say(parts.name, shown(Model.nameOf(config)));
    say(parts.state, state.words);
    say(parts.path, shown(config.path));
    say(parts.type, typeWords(config.type));
    say(parts.pause, config.paused ? 'Resume' : 'Pause');
    show(parts.rescan, !config.paused);
    this.#showProgress(folder, state);
    this.#showTroubles(folder);
    this.#showProblems(folder);
    if (folder.status && folder.status.needTotalItems !== this.#waitingOf)
      this.#loadWaiting();
    this.#showFacts(folder);
  }

  #isConnected() {
    return this.#config.devices.some(d => this.#model.connections.connections[d.deviceID]?.connected);
  }

  #showProgress(folder, state) {
    const parts = this.#parts;
    const done = doneOf(folder);
    show(parts.progressRow, done !== null && !this.#config.paused && state.tone !== 'bad');
    if (done !== null) {
      progress(parts, done, barWords(state, done));
      say(parts.percent, percent(done));
    }
    const pace = this.#paceWords(folder);
    show(parts.pace, pace.length > 0);
    say(parts.pace, pace);
    const transfers = folder.details.transfers;
    show(parts.transfers, transfers.length > 0);
    fill(parts.transfers, JSON.stringify(transfers.map(t => [t.name, t.bytesDone])), () => {
      const rows = transfers.slice(0, shownTransfers).map(t => element('li', '',
        bdi(shown(t.name)), element('span', '', `${bytes(t.bytesDone)} of ${bytes(t.bytesTotal)}`)));
      if (transfers.length > shownTransfers)
        rows.push(element('li', 'more', `and ${plural(transfers.length - shownTransfers, 'more file', 'more files')}`));
      return rows;
    });
  }

  #paceWords({ status, details, pace, paceOf }) {
    const perSecond = pace?.now ?? 0;
    const words = [];
    if (paceOf === 'sync' && status.needTotalItems > 0) {
      words.push(`${items(status.needTotalItems)}, ${bytes(status.needBytes)} to go`);
      if (perSecond > 0)
        words.push(rate(perSecond), timeLeft(status.needBytes / perSecond));
    } else if (paceOf === 'scan') {
      words.push(`${items(details.scan.entries)} looked at`);
      if (perSecond > 0 && details.scan.toHashBytes > 0)
        words.push(`${rate(perSecond)} read`, timeLeft((details.scan.toHashBytes - details.scan.hashedBytes) / perSecond));
    }
    return words.join(' · ');
  }

  #showTroubles({ status, details, wrong }) {
    const parts = this.#parts;
    const error = this.#config.paused ? '' : wrong || status?.error || '';
    show(parts.error, error.length > 0);
    say(parts.errorText, shown(error));
    show(parts.watch, Boolean(status?.watchError) && !this.#config.paused && error.length === 0);
    say(parts.watchText, shown(status?.watchError));
    show(parts.hold, Boolean(details.hold));
    if (!details.hold)
      return;
    const words = holdWords(details.hold);
    say(parts.holdText, words.text);
    say(parts.holdConfirm, `${words.confirm}…`);
    const names = details.hold.names;
    fill(parts.holdNames, JSON.stringify(names), () => [
      ...names.map(n => element('li', '', bdi(shown(n)))),
      ...details.hold.files > names.length ? [element('li', 'more', `and ${plural(details.hold.files - names.length, 'more', 'more')}`)] : [],
    ]);
  }

  #showProblems(folder) {
    const { status, details } = folder;
    const parts = this.#parts;
    const count = this.#config.paused ? 0 : outOfSync(status, details);
    show(parts.problems, count > 0);
    const reasons = details.problems.length + details.scanProblems.length;
    say(parts.problemsTitle, reasons === 0
      ? `${items(count)} not here yet`
      : `${items(count)} out of sync${reasons < count ? `, ${plural(reasons, 'with a problem', 'with problems')}` : ''}`);
    if (!parts.problems.open)
      return;
    const rows = this.#reasons(folder);
    fill(parts.problemList, JSON.stringify([rows, count]), () => [
      ...rows.map(([name, reason]) => element('li', '', element('bdi', 'path', shown(name)), element('p', '', shown(reason)))),
      ...count > rows.length && rows.length > 0 ? [element('li', 'more', `and ${plural(count - rows.length, 'more', 'more')}`)] : [],
    ]);
  }

  /** Name and reason, those with a problem first. */
  #reasons({ status, details }) {
    const rows = details.problems.map(p => [p.name, withDevice(this.#model, p)]);
    rows.push(...details.scanProblems.map(p => [p.path, p.reason]));
    const told = new Set(details.problems.map(p => p.name));
    const connected = this.#isConnected();
    rows.push(...this.#waiting.filter(i => !told.has(i.name)).map(i => [i.name, waitingWords(this.#config, status, i, details.transfers, connected)]));
    return rows.slice(0, shownItems);
  }

  async #loadWaiting() {
    if (!this.#parts.problems.open)
      return;
    const folder = this.#model.folders.get(this.#id);
    this.#waitingOf = folder.status?.needTotalItems;
    try {
      const need = await get('db/need', { folder: this.#id, perpage: shownItems });
      this.#waiting = [...need.progress, ...need.queued];
    } catch {
      // Those with a problem are known without it; the next opening asks again.
      this.#waiting = [];
    }
    this.#showProblems(folder);
  }

  #showFacts({ status }) {
    const parts = this.#parts;
    const statistics = this.#model.folderStatistics[this.#id];
    showAmount(parts.local, status?.localTotalItems, status?.localBytes);
    showAmount(parts.global, status?.globalTotalItems, status?.globalBytes);
    const scanned = time(statistics?.lastScan);
    say(parts.lastScan, scanned ? ago(scanned) : 'Never');
    const last = statistics?.lastFile;
    const changed = time(last?.at);
    fill(parts.lastChange, changed ? `${last.filename}\n${last.deleted}\n${ago(changed)}` : '', () => changed
      ? [lastFile(last.filename), element('span', 'note', `${last.deleted ? 'Deleted ' : ''}${ago(changed)}`)]
      : ['None yet']);
    const others = this.#config.devices.map(d => d.deviceID).filter(d => d !== this.#model.status?.myID).map(d => shown(this.#model.deviceName(d)));
    fill(parts.sharedWith, JSON.stringify(others), () => others.length > 0
      ? ['Shared with ', ...others.flatMap((n, i) => i > 0 ? [', ', bdi(n)] : [bdi(n)])]
      : ['Shared with nobody yet']);
  }

  #pause() {
    return send('PATCH', `config/folders/${encodeURIComponent(this.#id)}`, null, { paused: !this.#config.paused });
  }

  #decide(action) {
    return send('POST', 'foldersync/deletions', { folder: this.#id, action });
  }

  async #confirmDeletions() {
    const hold = this.#model.folders.get(this.#id)?.details.hold;
    if (!hold)
      return;
    const words = holdWords(hold);
    if (await confirmed(words.ask, words.consequence, words.confirm))
      await this.#act(this.#parts.holdConfirm, () => this.#decide('confirm'));
  }
}

function showAmount(part, count, size) {
  fill(part, `${count} ${size}`, () => count === undefined ? ['–'] : [items(count), element('span', 'note', bytes(size))]);
}

function lastFile(name) {
  const line = bdi(shown(name));
  line.className = 'line';
  line.title = shown(name);
  return line;
}

function withDevice(model, problem) {
  const words = [problem.reason];
  if (problem.device)
    words.push(`(${model.deviceName(problem.device)})`);
  const retry = time(problem.retryAt);
  const when = retry && soon(retry);
  if (when)
    words.push(`Tried again ${when}.`);
  return words.join(' ');
}
