// SPDX-License-Identifier: GPL-2.0-or-later
// The other extension: whatever its page chooses happens to the header of every request of every tab, as with
// WikimediaDebug 3 (a session rule of declarativeNetRequest) and WikimediaDebug 2 (a listener that blocks, Firefox only).
const HEADER = 'X-Wikimedia-Debug';
const VALUE = 'backend=k8s-mwdebug-next; log';
const sites = chrome.runtime.getManifest().host_permissions;

const rule = (header, change) => ({
	id: 1,
	action: { type: 'modifyHeaders', requestHeaders: [{ header, ...change }] },
	condition: {
		requestDomains: sites.map((site) => site.replace(/^.*\*\.|\/\*$/g, '')),
		resourceTypes: ['main_frame', 'sub_frame', 'stylesheet', 'script', 'image', 'font', 'object', 'xmlhttprequest', 'ping',
			'csp_report', 'media', 'websocket', 'other'],
	},
});
const rules = {
	set: [rule(HEADER, { operation: 'set', value: VALUE })],
	remove: [rule(HEADER, { operation: 'remove' })],
	// Firefox takes two spellings for two headers where rules of two extensions meet.
	'set-lower': [rule(HEADER.toLowerCase(), { operation: 'set', value: VALUE })],
	'remove-lower': [rule(HEADER.toLowerCase(), { operation: 'remove' })],
};

const without = (fields) => fields.filter((field) => field.name.toLowerCase() !== HEADER.toLowerCase());
const listeners = {
	'listener-set': ({ requestHeaders }) => ({ requestHeaders: [...without(requestHeaders), { name: HEADER, value: VALUE }] }),
	'listener-remove': ({ requestHeaders }) => ({ requestHeaders: without(requestHeaders) }),
};

async function become(mode) {
	for (const listener of Object.values(listeners)) {
		chrome.webRequest.onBeforeSendHeaders.removeListener(listener);
	}
	await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: [1], addRules: rules[mode] ?? [] });
	if (listeners[mode]) {
		chrome.webRequest.onBeforeSendHeaders.addListener(listeners[mode], { urls: sites }, ['blocking', 'requestHeaders']);
	}
	return mode;
}

chrome.runtime.onMessage.addListener((mode, _sender, send) => {
	become(mode).then(send, (error) => send(String(error)));
	return true;
});
