// Applies the user's theme before the first paint; by default the system's.

'use strict';

(() => {
  const key = 'foldersync-theme';
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem(key) ?? chosen;
  } catch {
    // A browser without storage keeps the choice until the page is closed.
  }

  function apply() {
    if (chosen === 'auto')
      delete document.documentElement.dataset.theme;
    else
      document.documentElement.dataset.theme = chosen;
  }

  window.themeChoice = {
    get: () => chosen,
    set(choice) {
      chosen = choice;
      apply();
      try {
        localStorage.setItem(key, choice);
      } catch {
        // As above: no storage.
      }
    },
  };
  apply();
})();
