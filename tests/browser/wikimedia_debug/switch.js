// SPDX-License-Identifier: GPL-2.0-or-later
// The other extension's switch. Opening it is the first that the browser hears of rules of this extension: in Firefox
// that moment, not the time of its installation, decides whose rule wins.
const app = document.getElementById('app');
app.querySelector('select').addEventListener('change', async (event) => {
	delete app.dataset.mode;
	app.dataset.mode = await chrome.runtime.sendMessage(event.target.value);
});
chrome.declarativeNetRequest.getSessionRules().then(() => { app.dataset.ready = 'true'; });
