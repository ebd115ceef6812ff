// The login page: the user's name if one is configured, the password, and then the page.

const form = document.getElementById('form');
const user = document.getElementById('user');
const password = document.getElementById('password');
const wrong = document.getElementById('wrong');
const submit = document.getElementById('submit');

// meta.js says what the service asks for.
const { metadata } = globalThis;

if (metadata?.authenticated)
  onward();
else if (metadata?.asksForPassword === false)
  // Without a password the page opens in another way, which that page explains.
  location.replace(`open.html${location.hash}`);
document.getElementById('user-row').hidden = !metadata?.asksForUser;
user.required = metadata?.asksForUser === true;
(metadata?.asksForUser ? user : password).focus();

form.addEventListener('submit', async event => {
  event.preventDefault();
  submit.disabled = true;
  say('');
  try {
    const response = await fetch('rest/noauth/auth/password', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: user.value, password: password.value, stayLoggedIn: document.getElementById('stay').checked }),
      credentials: 'same-origin',
      cache: 'no-store',
    });
    if (response.ok) {
      onward();
      return;
    }
    say((await response.text()).trim() || `The service answered ${response.status}.`);
  } catch {
    say('The service does not respond. Is it running?');
  }
  submit.disabled = false;
  password.select();
});

function say(text) {
  wrong.hidden = text === '';
  wrong.textContent = text;
}

function onward() {
  location.replace(`./${location.hash}`);
}
