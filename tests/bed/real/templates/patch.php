// [enwiki] Add the eventcoordinator group
if ( $wgDBname === 'enwiki' ) {
	$wgGroupPermissions['eventcoordinator']['event-coordinate'] = true;
	$wgAvailableRights[] = 'event-coordinate';
}
