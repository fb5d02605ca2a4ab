<?php
// Where PHP has its extensions and settings.
echo json_encode([
    'extensions' => ini_get('extension_dir'),
    'settings' => php_ini_loaded_file(),
    'more' => php_ini_scanned_files() ?: '',
]), "\n";
