<?php
// A type of its own beside posts and pages, as newsrooms have for reviews or events.
add_action('init', function () {
    register_post_type('report', [
        'label' => 'Reports', 'public' => true, 'show_in_rest' => true, 'rest_base' => 'reports',
        'supports' => ['title', 'editor', 'author'], 'taxonomies' => ['category'],
    ]);
});
