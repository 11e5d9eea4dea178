<?php
// Installs WordPress and fills it: install.php POSTS. Rows go in by SQL, since wp_insert_post takes 5 ms each.
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
[, $posts] = $argv;
wp_install('The Daily Millrace', 'admin', 'admin@example.org', true, '', 'secret');
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
update_option('timezone_string', 'Europe/Berlin');
global $wpdb;

$zone = new DateTimeZone('Europe/Berlin');
$authors = [1];
foreach (['Ada Quill', 'Björn Ärlig', '山田 太郎', 'O’Neil & Sons'] as $number => $name) {
    $authors[] = wp_insert_user([
        'user_login' => "author$number", 'user_pass' => 'secret', 'user_email' => "author$number@example.org",
        'display_name' => $name, 'role' => 'author',
    ]);
}
$categories = array_map(fn ($name) => wp_insert_term($name, 'category')['term_taxonomy_id'], ['Politik', 'Sport & Spiel', '文化']);
$tags = array_map(fn ($name) => wp_insert_term($name, 'post_tag')['term_taxonomy_id'], ['mill', 'race', 'corpus']);

function content_of(int $number): string
{
    return "<!-- wp:paragraph -->\n<p>Text number $number of the archive — “quoted” &amp; counted.</p>\n<!-- /wp:paragraph -->\n"
        . "<h2>Part of $number</h2>\n<ul><li>first $number</li><li>second</li></ul>\n<p>" . str_repeat("Wörter und 言葉 $number. ", 20) . '</p>';
}

/** Half a year of posts goes by the hour, a burst of 130 shares one second, and every hour of both clock changes has some. */
function time_of(int $number, int $posts): int
{
    if ($number < 130) return 1_300_000_000;
    if ($number < 150) return 1_382_828_400 + ($number - 130) * 900; // 27 October 2013: an hour comes twice
    if ($number < 170) return 1_396_137_600 + ($number - 150) * 900; // 30 March 2014: an hour is left out
    return 1_400_000_000 + intdiv($number * 300_000_000, $posts);
}

$rows = [];
$relations = [];
$first = (int) $wpdb->get_var("SELECT max(ID) FROM $wpdb->posts") + 1;
for ($number = 0; $number < $posts; $number++) {
    $id = $first + $number;
    $type = $number % 20 === 7 ? 'page' : ($number % 10 === 3 ? 'report' : 'post');
    // What nobody may read is not announced either.
    $status = $number % 97 === 50 ? ($number % 2 ? 'draft' : 'private') : 'publish';
    $password = $number % 211 === 40 ? 'secret' : '';
    $at = time_of($number, (int) $posts);
    $gmt = gmdate('Y-m-d H:i:s', $at);
    $local = (new DateTime("@$at"))->setTimezone($zone)->format('Y-m-d H:i:s');
    $rows[] = $wpdb->prepare(
        '(%d, %d, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)',
        $id, $authors[$number % 5], $local, $gmt, content_of($number), "Title $number", '', $status, $password,
        "item-$number", $local, $gmt, '', '', '', home_url("/?p=$id"), $type
    );
    if ($type !== 'page') $relations[] = "($id, {$categories[$number % 3]}, 0)";
    if ($type === 'post') $relations[] = "($id, {$tags[$number % 3]}, 0)";
}
$columns = 'ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_password,'
    . ' post_name, post_modified, post_modified_gmt, to_ping, pinged, post_content_filtered, guid, post_type';
foreach (array_chunk($rows, 200) as $chunk) {
    $wpdb->query("INSERT INTO $wpdb->posts ($columns) VALUES " . implode(',', $chunk)) or exit($wpdb->last_error);
}
foreach (array_chunk($relations, 500) as $chunk) {
    $wpdb->query("INSERT INTO $wpdb->term_relationships VALUES " . implode(',', $chunk)) or exit($wpdb->last_error);
}
wp_update_term_count_now($categories, 'category');
wp_update_term_count_now($tags, 'post_tag');
flush_rewrite_rules();
