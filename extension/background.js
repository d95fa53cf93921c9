// SPDX-License-Identifier: GPL-2.0-or-later
// The background of the extension: registers every listener in the first turn, and gives each event to the wasm.
// A worker that is woken by an event only hears it when its listener was there at once; hence `ready()` in every body.
import init, * as wasm from './pkg/backport_verify.js';

let started;
const ready = () => (started ??= init({ module_or_path: chrome.runtime.getURL('pkg/backport_verify_bg.wasm') })
	.then(() => wasm)
	.catch((error) => { started = undefined; throw error; }));
const hand = (deliver) => ready().then(deliver).catch((error) => console.error('backport-verify:', error));
// A reply as the wasm would write it.
const refuse = (error) => ({
	reply: JSON.stringify({ refused: { problem: { protocol: { detail: String(error?.message ?? error) } } } }),
});

// Only our own pages may ask; whether they ask something that we know is judged in the wasm.
const isOurs = (sender) => sender.id === chrome.runtime.id && sender.url?.startsWith(chrome.runtime.getURL(''));

// A browser keeps the entry; a new version of the extension puts its own in its place.
const offerMenu = () => chrome.contextMenus.removeAll(() => chrome.contextMenus.create({
	id: 'check-text',
	title: 'Check for this text',
	contexts: ['selection'],
	// Those with subdomains are the wikis.
	documentUrlPatterns: chrome.runtime.getManifest().host_permissions.filter((url) => url.startsWith('https://*.')),
}));

chrome.runtime.onMessage.addListener((message, sender, send) => {
	if (!isOurs(sender)) {
		send(refuse('a message from outside the extension'));
		return false;
	}
	ready().then((w) => w.on_message(message)).then(send, (error) => send(refuse(error)));
	return true;
});
chrome.runtime.onInstalled.addListener(() => {
	offerMenu();
	hand((w) => w.on_wake());
});
chrome.contextMenus.onClicked.addListener(({ menuItemId, selectionText, frameUrl, pageUrl }) => {
	if (menuItemId === 'check-text') {
		hand((w) => w.on_text_marked(frameUrl ?? pageUrl ?? '', selectionText ?? ''));
	}
});
chrome.runtime.onStartup.addListener(() => hand((w) => w.on_wake()));
chrome.alarms.onAlarm.addListener(() => hand((w) => w.on_alarm()));
chrome.notifications.onClicked.addListener((id) => hand((w) => w.on_notification_clicked(id)));
chrome.tabs.onRemoved.addListener((tab) => hand((w) => w.on_tab_removed(tab)));
chrome.permissions.onAdded.addListener(() => hand((w) => w.on_permissions_changed()));
chrome.permissions.onRemoved.addListener(() => hand((w) => w.on_permissions_changed()));

const urls = chrome.runtime.getManifest().host_permissions;
// Chromium shows some fields only on request; Firefox throws on the word.
const extra = (options, field) =>
	Object.values(options ?? {}).includes('extraHeaders') ? [field, 'extraHeaders'] : [field];
// The background's own fetches belong to no tab. Chromium reads -1 in a filter as "every tab", so it is looked at here.
const ours = { urls, types: ['xmlhttprequest'], tabId: -1 };
const ofOurs = (deliver) => (details) => {
	if (details.tabId === -1) {
		hand((w) => deliver(w, details));
	}
};
const { webRequest } = chrome;
webRequest.onBeforeRequest.addListener(ofOurs((w, d) => w.on_before_request(d)), ours);
// What a request really carried, after every extension's rules. Of its fields only X-Wikimedia-Debug and that cookie are read.
const asSent = extra(webRequest.OnSendHeadersOptions, 'requestHeaders');
webRequest.onSendHeaders.addListener(ofOurs((w, d) => w.on_sent(d)), ours, asSent);
webRequest.onHeadersReceived.addListener(
	ofOurs((w, d) => w.on_headers_received(d)), ours, extra(webRequest.OnHeadersReceivedOptions, 'responseHeaders'));
webRequest.onErrorOccurred.addListener(ofOurs((w, d) => w.on_finished(d)), ours);
webRequest.onCompleted.addListener(ofOurs((w, d) => w.on_finished(d)), ours);
webRequest.onSendHeaders.addListener(
	(details) => hand((w) => w.on_send_headers(details)), { urls, types: ['main_frame'] }, asSent);
