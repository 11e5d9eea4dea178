<?php
// An editor at work, asked for by the test: change.php?do=add|edit|delete|future&number=N
require __DIR__ . '/wp-load.php';
global $wpdb;
$number = (int) $_GET['number'];
$id_of = fn (int $n) => (int) $wpdb->get_var($wpdb->prepare("SELECT ID FROM $wpdb->posts WHERE post_name = %s", "item-$n"));
$changes = [
    'add' => fn () => wp_insert_post([
        'post_title' => "Late $number", 'post_content' => "<p>Written while it was read: $number</p>", 'post_status' => 'publish',
        'post_name' => "late-$number", 'post_author' => 1,
    ]),
    // Into the past, where a walk by date has already been.
    'backdate' => fn () => wp_insert_post([
        'post_title' => "Backdated $number", 'post_content' => "<p>Filed under an old date: $number</p>", 'post_status' => 'publish',
        'post_name' => "backdated-$number", 'post_author' => 1, 'post_date' => '2012-05-01 12:00:00',
    ]),
    'edit' => fn () => wp_update_post(['ID' => $id_of($number), 'post_content' => "<p>Corrected: $number</p>"]),
    'delete' => fn () => wp_delete_post($id_of($number), true) !== false,
];
header('content-type: application/json');
echo json_encode(['done' => $changes[$_GET['do']]()]);
