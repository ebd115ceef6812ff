// The status page: what the service knows, kept up to date, and the few commands that belong to it.

import { Devices, ThisDevice } from './devices.js';
import { element, fill, say } from './dom.js';
import { doneOf, stateOf } from './folder-state.js';
import { Folders } from './folders.js';
import { Live } from './live.js';
import { Model } from './model.js';
import { Notices } from './notices.js';
import { percent, plural, rate, shown } from './words.js';

const model = new Model();
const folders = new Folders(model, act);
const devices = new Devices(model, act);
const notices = new Notices(model, act);
const self = new ThisDevice(model);
const live = new Live(model, render, lost => { lostReason = lost; });

const quiet = 1024;
let lostReason = null;
let refusal = '';
let firstVersion = null;

/** Carries a command out: its button waits, a refusal is told, what changed is read. */
async function act(button, command, tell = why => { refusal = why; }) {
  button.disabled = true;
  try {
    tell('');
    await command();
  } catch (e) {
    tell(e.message);
  } finally {
    button.disabled = false;
  }
  await live.readSoon();
}

function render() {
  showAlerts();
  document.body.classList.toggle('lost', lostReason !== null);
  if (!model.status)
    return;
  firstVersion ??= model.version.version;
  if (model.version.version !== firstVersion) {
    // The service was updated; this page is the old one's.
    location.reload();
    return;
  }
  document.body.dataset.ready = 'true';
  say(document.getElementById('self-name'), shown(model.self?.name) || 'This device');
  showOverall();
  notices.update();
  folders.update();
  devices.update();
  self.update();
}

function showAlerts() {
  const alerts = [];
  if (lostReason !== null)
    alerts.push(['bad', 'The connection to the service is lost', lostReason]);
  if (model.status?.configError)
    alerts.push(['bad', 'config.yaml has an error; what was in force before it still is', model.status.configError]);
  if (refusal)
    alerts.push(['warn', 'That did not work', refusal]);
  fill(document.getElementById('alerts'), JSON.stringify(alerts), () => alerts.map(([tone, title, text]) => {
    const notice = element('div', `notice ${tone}`, element('div', 'notice-text', element('p', 'notice-title', title), element('p', '', shown(text))));
    if (text === refusal)
      notice.append(closing());
    return notice;
  }));
}

function closing() {
  const button = element('button', 'plain', 'Close');
  button.addEventListener('click', () => {
    refusal = '';
    showAlerts();
  });
  return button;
}

function showOverall() {
  const states = model.config.folders.map(f => {
    const folder = model.folders.get(f.id);
    const connected = f.devices.some(d => model.connections.connections[d.deviceID]?.connected);
    return { folder, state: folder ? stateOf(f, folder, connected) : { tone: 'wait', words: '' } };
  });
  const [tone, words] = overall(states);
  const line = document.getElementById('overall');
  line.dataset.tone = tone;
  say(line, words);
  const [down, up] = [model.receiving.now, model.sending.now];
  say(document.getElementById('overall-rates'), down + up < quiet ? '' : `↓ ${rate(down)}  ↑ ${rate(up)}`);
  const busy = states.filter(s => s.state.tone === 'busy').map(s => doneOf(s.folder)).filter(d => d !== null && d < 100);
  document.title = `${busy.length > 0 ? `${percent(Math.min(...busy))} · ` : ''}${shown(model.self?.name) || 'FolderSync'} – FolderSync`;
}

function overall(states) {
  const having = tone => states.filter(s => s.state.tone === tone).length;
  if (lostReason !== null)
    return ['bad', 'No answer from the service'];
  if (states.length === 0)
    return ['wait', 'Nothing is shared yet'];
  if (having('bad') > 0)
    return ['bad', `${plural(having('bad'), 'folder is', 'folders are')} stopped`];
  if (having('warn') > 0)
    return ['warn', `${plural(having('warn'), 'folder needs', 'folders need')} a look`];
  if (having('busy') > 0)
    return ['busy', `Working on ${plural(having('busy'), 'folder', 'folders')}`];
  if (having('wait') > 0)
    return ['wait', `${plural(having('wait'), 'folder waits', 'folders wait')} for other devices`];
  return having('ok') > 0 ? ['ok', 'Everything is up to date'] : ['idle', 'All folders are paused'];
}

live.start();
