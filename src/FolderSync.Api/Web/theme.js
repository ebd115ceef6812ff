// Light or dark as a person chose, before the first paint; without a choice as the system says.

'use strict';

(() => {
  const key = 'foldersync-theme';
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem(key) ?? chosen;
  } catch {
    // A browser that keeps nothing shows the choice until the page is left.
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
        // As above.
      }
    },
  };
  apply();
})();
