<?php
// The settings of one code tree: what is common to both, and then what has been deployed to this one.
require '@etc@/CommonSettings.php';
@patch@
