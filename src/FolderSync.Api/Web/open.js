// Opens the page with the token of a link, or explains how to get one.

// The token is behind the '#': browsers send it nobody, and no log or preview has it.
const [, token, view] = /^#([0-9a-f]{32,})(\/.*)?$/.exec(location.hash) ?? [null, null, null];
const place = token === null ? location.hash : view ? `#${view}` : '';

const explanation = document.getElementById('explanation');
const opening = document.getElementById('opening');
const wrong = document.getElementById('wrong');
const copy = document.getElementById('copy');

// meta.js says whether this browser has a session already, and whether a password is set.
const { metadata } = globalThis;

if (metadata?.authenticated)
  location.replace(`./${place}`);
else if (metadata?.asksForPassword)
  location.replace(`login.html${place}`);
else if (token !== null)
  open();

async function open() {
  explain('', false);
  // A link works once: it need not stay in the address bar or in the history.
  history.replaceState(null, '', `open.html${place}`);
  try {
    const response = await fetch('rest/noauth/auth/link', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
      credentials: 'same-origin',
      cache: 'no-store',
    });
    if (response.ok)
      location.replace(`./${place}`);
    else
      explain((await response.text()).trim() || `The service answered ${response.status}.`, true);
  } catch {
    explain('The service does not respond. Is it running?', true);
  }
}

function explain(why, visible) {
  explanation.hidden = !visible;
  opening.hidden = visible;
  wrong.hidden = why === '';
  wrong.textContent = why;
}

// A link that is pasted into this tab's address bar changes only what is behind the '#'.
addEventListener('hashchange', () => location.reload());

// When the user comes back from where they opened the page, this tab shows it, too.
document.addEventListener('visibilitychange', async () => {
  if (document.hidden || explanation.hidden)
    return;
  const response = await fetch('./', { credentials: 'same-origin', cache: 'no-store' }).catch(() => null);
  if (response?.ok && !new URL(response.url).pathname.endsWith('/open.html'))
    location.replace(`./${place}`);
});

if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById('command').textContent);
      copy.textContent = 'Copied';
    } catch {
      copy.textContent = 'Could not copy';
    }
    setTimeout(() => { copy.textContent = 'Copy'; }, 2000);
  });
}
