import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeName, type NameVerdict } from './junk-names.ts'

const verdicts: [verdict: NameVerdict, names: string[]][] = [
  [
    'edge',
    ['nav', 'site_nav', 'SiteNavigation', 'navheader', 'skip-link', 'page-footer dark', 'cookieBanner'],
  ],
  [
    'asks',
    ['share', 'post-share-buttons', 'ad', 'GoogleAd', 'newsletter_signup', 'sphinx sidebar', 'tooltip-text'],
  ],
  [
    'beside articles',
    [
      'Related_Posts',
      'relatedStories',
      'comments',
      'wp-caption-text',
      'imageCredit',
      'byline',
      'widget',
      'more-from-us',
    ],
  ],
  [
    'nothing',
    [
      '',
      'printable unrelated navigable',
      'article-body has-sidebar no-comments',
      'post tag-newsletter category-social',
      'elementor-widget-container',
      'hs_cos_wrapper_meta_field',
      'tooltip',
      'overflow-hidden',
      'commentary shareholders authority',
    ],
  ],
]

for (const [verdict, names] of verdicts) {
  for (const name of names) {
    test(`"${name}" says ${verdict}`, () => {
      assert.equal(judgeName(name), verdict)
    })
  }
}
