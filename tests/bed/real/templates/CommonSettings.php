<?php
// The settings that both code trees share. Which wiki answers comes from the host name, who answers from the server.
if ( !defined( 'MEDIAWIKI' ) ) {
	exit;
}
$bedWikis = [
@wikis@
];
$bedHost = strtolower( explode( ':', getenv( 'MW_HOST' ) ?: ( $_SERVER['HTTP_HOST'] ?? '' ) )[0] );
if ( !isset( $bedWikis[$bedHost] ) ) {
	http_response_code( 404 );
	echo "no wiki at <$bedHost>\n";
	exit( 1 );
}
[ $wgDBname, $wgSitename, $wgLanguageCode ] = $bedWikis[$bedHost];
// Maintenance scripts run from production's tree.
$bedRole = $_SERVER['MW_ROLE'] ?? 'production';

// Production and the test servers share the databases, the parser cache and the sessions.
$wgDBtype = 'sqlite';
$wgSQLiteDataDir = '@data@';
$wgMainCacheType = CACHE_NONE;
$wgMessageCacheType = CACHE_NONE;
$wgParserCacheType = CACHE_DB;
$wgSessionCacheType = CACHE_DB;
$wgCacheDirectory = "@cache@/$bedRole";
$wgInvalidateCacheOnLocalSettingsChange = false;
$wgJobRunRate = 0;
$wgSecretKey = '@secret@';
$wgAuthenticationTokenVersion = '1';

$wgServer = "https://$bedHost";
$wgCanonicalServer = $wgServer;
$wgInternalServer = "http://$bedHost";
$wgScriptPath = '/w';
$wgArticlePath = '/wiki/$1';
$wgUsePathInfo = true;
$wgResourceBasePath = '/w';
$wgMetaNamespace = 'Project';
$wgLocaltimezone = 'UTC';

// The edge: what may be kept, for how long, and where a purge goes.
$wgUseCdn = true;
$wgCdnMaxAge = 1209600;
$wgCdnServers = [ '127.0.0.1:@purge_port@' ];
$wgCdnServersNoPurge = [ '127.0.0.1' ];

$wgShowHostnames = true;
$wgOverrideHostname = $_SERVER['MW_POD'] ?? 'mwmaint';
$wgAllowExternalReqID = true;
$wgEnableEmail = false;
$wgEnableUploads = false;
$wgUseImageMagick = false;
$wgUpgradeKey = false;
$wgPingback = false;
$wgPasswordPolicy = [ 'policies' => [ 'default' => [] ], 'checks' => $wgPasswordPolicy['checks'] ];
$wgRateLimits = [];
$wgAllowCopyUploads = false;
$wgDefaultSkin = 'vector-2022';
$wgLogos = false;

wfLoadSkin( 'Vector' );
wfLoadExtension( 'ParserFunctions' );
$wgPFEnableStringFunctions = true;

// What the one who verifies may ask of a test server.
if ( $bedRole === 'testservers' ) {
	$bedAsked = preg_split( '/;\s*/', $_SERVER['HTTP_X_WIKIMEDIA_DEBUG'] ?? '' );
	if ( in_array( 'readonly', $bedAsked, true ) ) {
		$wgReadOnly = 'X-Wikimedia-Debug';
	}
	if ( in_array( 'log', $bedAsked, true ) ) {
		$wgDebugLogFile = '@log@/mediawiki-debug.log';
	}
}
