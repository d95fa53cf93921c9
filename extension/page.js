// SPDX-License-Identifier: GPL-2.0-or-later
// Starts a page of the extension; which one is said by the `data-screen` of its body.
import init, { open_page } from './pkg/backport_verify.js';

init({ module_or_path: chrome.runtime.getURL('pkg/backport_verify_bg.wasm') })
	.then(() => open_page(document.body.dataset.screen))
	.catch((error) => {
		console.error('backport-verify:', error);
		document.getElementById('app').textContent =
			`Backport Verify could not start: ${error?.message ?? error}. Reload this page.`;
	});
