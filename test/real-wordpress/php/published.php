<?php
// The truth to compare with, straight from the tables: what anybody may read of the given types.
require __DIR__ . '/wp-load.php';
global $wpdb;
header('content-type: application/json');
echo json_encode($wpdb->get_results(
    "SELECT p.ID AS id, post_type AS type, post_title AS title, post_content AS content, post_password AS password,
        post_date_gmt AS publishedAt, post_modified_gmt AS modifiedAt, u.display_name AS author
     FROM $wpdb->posts p JOIN $wpdb->users u ON u.ID = p.post_author
     WHERE post_status = 'publish' AND post_type IN ('post', 'page', 'report') ORDER BY p.ID"
));
