const PLACES = [
  { name: 'Weir', x: 40, y: 60 },
  { name: 'Head sluice', x: 70, y: 80 },
  { name: 'Mill pond', x: 250, y: 70 },
  { name: 'Ashlow Mill', x: 330, y: 110 },
  { name: 'End of the tailrace', x: 420, y: 190 },
]

const marks = PLACES.map(
  ({ name, x, y }) => `<circle cx="${x}" cy="${y}" r="5"/><text x="${x + 9}" y="${y + 4}">${name}</text>`,
)

document.getElementById('app').innerHTML = `
<header>
<a class="brand" href="/">The Mill Race Handbook</a>
<nav><a href="/handbook/">Handbook</a><a href="/visit/">Visit</a></nav>
</header>
<main>
<h1>Map</h1>
<p>The river below, the leat above it, and the mill where they are farthest apart.</p>
<svg class="map" viewBox="0 0 560 230" role="img" aria-label="Sketch map of the leat and the river">
<path d="M0 40 C 60 60 40 150 160 160 S 380 210 560 200" class="river"/>
<path d="M40 60 C 120 90 200 60 330 110 S 390 170 420 190" class="leat"/>
${marks.join('')}
</svg>
<p><a href="/visit/">Back to opening times</a></p>
</main>`
