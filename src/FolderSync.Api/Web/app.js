// The page's frame and the router that maps addresses to views.

import { ActivityView } from './activity.js';
import { AddFolderView } from './add-folder.js';
import { send } from './api.js';
import { bdi, button, el, fill, icon, say, setIcon, show, toast } from './dom.js';
import { DeviceView } from './device.js';
import { FolderView } from './folder.js';
import { LogView } from './log.js';
import { OverviewView } from './overview.js';
import { PairView } from './pair.js';
import { SettingsView } from './settings.js';
import { folderState, overall } from './states.js';
import { Store } from './store.js';
import { place } from './urls.js';
import { percent, plural, shown } from './words.js';

const views = { '': OverviewView, 'pair': PairView, 'add-folder': AddFolderView, 'folder': FolderView, 'device': DeviceView, 'activity': ActivityView, 'log': LogView, 'settings': SettingsView };
const places = [
  ['', 'home', 'Overview', ['folder', 'device', 'add-folder']],
  ['pair', 'pair', 'Pair', []],
  ['activity', 'activity', 'Activity', []],
  ['log', 'log', 'Log', []],
  ['settings', 'settings', 'Settings', []],
];

const store = new Store();
const links = new Map();
let view = null;
let viewKey = null;
let refusal = '';
let firstVersion = null;

/** Runs a command: disables its button, shows an error, reloads the state. Returns whether it succeeded. */
async function act(control, command, { done, tell } = {}) {
  const say = tell ?? (why => { refusal = why; showAlerts(); });
  control.disabled = true;
  let good = true;
  try {
    say('');
    await command();
    if (done)
      toast(done);
  } catch (e) {
    good = false;
    say(e.message);
    if (!tell)
      document.getElementById('alerts').scrollIntoView({ block: 'nearest' });
  } finally {
    control.disabled = false;
  }
  await store.readSoon();
  return good;
}

const context = { store, act, go: hash => { location.hash = hash; } };

function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decode);
  const known = views[name] ? name : '';
  return { name: known, parts: rest, query: new URLSearchParams(query ?? '') };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function navigate(first = false) {
  const { name, parts, query } = route();
  const View = views[name];
  const key = JSON.stringify([name, View.keyOf?.(parts) ?? '']);
  for (const [place, link] of links) {
    const here = place === name || places.find(p => p[0] === place)[3].includes(name);
    if (here)
      link.setAttribute('aria-current', 'page');
    else
      link.removeAttribute('aria-current');
  }
  refusal = '';
  if (key !== viewKey) {
    view?.close?.();
    viewKey = key;
    view = new View(context, parts, query);
    document.getElementById('view').replaceChildren(view.root);
    scrollTo(0, 0);
  }
  view.open?.(parts, query);
  render();
  document.body.dataset.place = location.hash;
  if (first)
    return;
  const title = [...view.root.querySelectorAll('h1')].find(h => h.checkVisibility());
  (title ?? document.getElementById('main')).focus({ preventScroll: true });
}

function render() {
  showAlerts();
  document.body.classList.toggle('lost', store.lost !== null);
  if (!store.ready)
    return;
  firstVersion ??= store.version.version;
  if (store.version.version !== firstVersion) {
    // The service was updated; this page belongs to the old version.
    location.reload();
    return;
  }
  say(document.getElementById('self-name'), shown(store.selfName) || 'This device');
  say(document.getElementById('version'), store.version.version);
  showBadges();
  view.update();
  showTitle();
  document.body.dataset.ready = 'true';
}

function showBadges() {
  const pending = Object.keys(store.pendingDevices).length + Object.keys(store.pendingFolders).length;
  for (const [place, count, words] of [['pair', pending, plural(pending, 'request', 'requests')], ['activity', store.attention, plural(store.attention, 'item needs attention', 'items need attention')]]) {
    const badge = links.get(place).querySelector('.badge');
    show(badge, count > 0);
    fill(badge, [count], () => [el('span', { 'aria-hidden': 'true' }, count > 99 ? '99+' : String(count)), el('span', { class: 'unseen' }, `, ${words}`)]);
  }
}

function showTitle() {
  const busy = store.folders.filter(f => folderState(f).tone === 'busy' && f.completion < 100).map(f => f.completion);
  const words = [view.title?.() || overall(store).words, shown(store.selfName) || 'FolderSync'];
  document.title = `${busy.length > 0 ? `${percent(Math.min(...busy))} · ` : ''}${words.join(' – ')}`;
}

function showAlerts() {
  const alerts = [];
  if (store.lost !== null)
    alerts.push(['bad', 'The connection to the service is lost', store.lost]);
  const mistakes = store.configProblems.filter(p => p.severity === 'error');
  if (mistakes.length > 0)
    alerts.push(['bad', 'config.yaml is invalid; the last valid version stays in force', mistakes.map(placed).join('\n')]);
  else if (store.status?.configError)
    alerts.push(['bad', 'config.yaml is invalid; the last valid version stays in force', store.status.configError]);
  if (refusal)
    alerts.push(['warn', 'That did not work', refusal]);
  fill(document.getElementById('alerts'), alerts, () => alerts.map(([tone, title, text]) => el('div', { class: `notice ${tone}`, data: { tone } },
    icon(tone),
    el('div', { class: 'notice-text' }, el('p', { class: 'notice-title' }, title), ...text.split('\n').map(line => el('p', null, bdi(line)))),
    text === refusal ? button('Close', { class: 'quiet', on: () => { refusal = ''; showAlerts(); } }) : null)));
}

function placed({ line, column, message, hint }) {
  return `${line > 0 ? `Line ${line}, column ${column}: ` : ''}${message}${hint ? ` ${hint}` : ''}`;
}

function makeFrame() {
  for (const [name, symbol, words] of places) {
    const link = el('a', { href: name ? place`${name}` : '#/' }, icon(symbol), el('span', null, words), el('span', { class: 'badge', hidden: true }));
    links.set(name, link);
    document.getElementById('places').append(link);
  }
  const theme = document.getElementById('theme');
  const symbol = icon('auto');
  theme.append(symbol);
  const tell = () => {
    const choice = window.themeChoice.get();
    setIcon(symbol, choice);
    const words = { auto: 'Colors: system', light: 'Colors: light', dark: 'Colors: dark' }[choice];
    theme.title = words;
    theme.setAttribute('aria-label', words);
  };
  theme.addEventListener('click', () => {
    const order = ['auto', 'light', 'dark'];
    window.themeChoice.set(order[(order.indexOf(window.themeChoice.get()) + 1) % order.length]);
    tell();
  });
  tell();
  const logOut = document.getElementById('log-out');
  logOut.append(icon('out'));
  show(logOut, globalThis.metadata?.canLogOut === true);
  logOut.addEventListener('click', () => act(logOut, async () => {
    await send('POST', 'noauth/auth/logout');
    location.assign('./');
  }));
  document.querySelector('.skip').addEventListener('click', e => {
    // The address names the view: the jump must not change it.
    e.preventDefault();
    document.getElementById('main').focus();
  });
}

makeFrame();
store.addEventListener('change', render);
store.addEventListener('happened', e => view.happened?.(e.detail));
addEventListener('hashchange', () => navigate());
navigate(true);
store.start();
