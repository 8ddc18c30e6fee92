"""The sample section's stories: invented missions, invented people, words of our own."""

from __future__ import annotations

from demo_site.markup import (
    Author,
    Photo,
    Story,
    bullets,
    code,
    figure,
    gallery,
    heading,
    link,
    quote,
    recommendations,
    table,
    tweet,
    youtube,
)

CASTELLANE = Author(
    "Mirela Castellane",
    "mcastellane",
    "Space Editor",
    "Mirela edits the sample section and writes about moons, ice and the machines that go looking for both. "
    "She grew up under a harbour light and still knows the tide tables by heart.",
)
OKONWE = Author(
    "Tobias Okonwe",
    "tokonwe",
    "Spaceflight Writer",
    "Tobias has watched forty launches from forty fields and has been rained on at most of them. He covers rockets, "
    "the people who build them and the ships that bring them home.",
)
VARGA = Author(
    "Ines Varga-Lindqvist",
    "ivarga",
    "Science Writer",
    "Ines studied the light of old stars before she learned to write about it. She looks after the stories about "
    "telescopes, black holes and planets far away, and answers every letter from a school.",
)
PELLETIER = Author(
    "Rowan Pelletier",
    "rpelletier",
    "Contributing Writer",
    "Rowan writes about the night sky and how to see more of it, mostly from a kitchen garden with a small telescope "
    "and a large flask of tea.",
)

HERON_ARC = Photo(
    "night_launch",
    "2026/11/heron-3-night-launch.jpg",
    "A bright arc over a dark bay, the track of a rocket",
    "Four minutes in one exposure: Heron 3 leaves Saltmarsh Point and heads out over the bay.",
    "Northlight Aerospace/Saltmarsh Range",
)
HERON_BARGE = Photo(
    "barge_landing",
    "2026/11/heron-3-barge.jpg",
    "A tall white booster on the deck of a barge at dawn",
    "The booster on the deck of the barge Patience, 20 minutes before the crew came back on board.",
    "Northlight Aerospace",
)
ICE_MOON = Photo(
    "ice_moon",
    "2026/10/lantern-first-light.jpg",
    "A white moon with blue cracks in front of a banded planet",
    "Lantern’s first picture in full colour. The cracks are young: nothing has had time to bury them.",
    "Meridian Space Agency/Lantern Camera Team",
    "https://lantern.example.org/pictures",
)
TOMATOES = Photo(
    "tomatoes",
    "2026/09/halcyon-tomatoes.jpg",
    "Ripe tomatoes between leaves under pink lamps",
    "The crop on day 96, an hour before the crew picked it.",
    "Halcyon Station Crew",
)
STATION = Photo(
    "station",
    "2026/09/halcyon-station.webp",
    "A space station with eight golden solar wings above the sea",
    "Halcyon Station, photographed by a visiting freighter.",
    "Meridian Space Agency",
)
ROSE = Photo(
    "rose_nebula",
    "2026/08/rose-curtain.jpg",
    "A nebula in rose and gold",
    "The Rose Curtain, where some 2,000 stars are being born.",
    "Tall Pine Observatory",
)
HARBOUR = Photo(
    "harbour_nebula",
    "2026/08/harbour.webp",
    "A nebula in blue and green",
    "The Harbour, lit from within by one hot star.",
    "Tall Pine Observatory; Processing: R. Adeyemi & L. Brandt",
)
GALAXY = Photo(
    "spiral_galaxy", "2026/08/pinwheel-field.jpg", "A spiral galaxy with two blue arms", credit="Quiet Sky Survey"
)
CLUSTER = Photo(
    "star_cluster",
    "2026/08/beehive-of-suns.jpg",
    "Thousands of stars crowded into a ball",
    "A ball of 300,000 suns, each older than the Earth.",
)
LOST_PLATE = Photo(
    "star_cluster",
    "2026/08/lost-plate.jpg",
    "An old glass plate",
    "The plate of 1911 that started the search.",
    "Tall Pine Observatory Archive",
    original_answers=False,
    form_answers=False,
)
DUST_DEVIL = Photo(
    "dust_devil",
    "2026/07/pilgrim-dust-devil.jpg",
    "A small rover on a red plain with a column of dust behind it",
    "An artist’s view of the meeting. Pilgrim’s own cameras were looking the other way.",
    "Workshop Nine/Pilgrim Team",
)
SPLASHDOWN = Photo(
    "splashdown",
    "2026/06/kite-splashdown.jpg",
    "A capsule under three orange and white parachutes above the sea",
    "Kite under its three parachutes.",
    "Northlight Aerospace",
)
TWO_SUNS = Photo(
    "two_suns",
    "2026/05/kestrel-9-sunset.jpg",
    "Purple hills under a sky with two setting suns",
    "An artist’s impression of an evening on Kestrel-9 b. The smaller sun sets 40 minutes later.",
    "Workshop Nine",
    "https://workshop-nine.example.org/kestrel",
)
COMET = Photo(
    "comet",
    "2026/11/comet-abara.jpg",
    "A comet with a blue and a white tail over dark hills and a small house",
    "Comet Abara over the Fenland hills on November 3.",
    "Rowan Pelletier",
)
RINGS = Photo(
    "ringed_planet",
    "2026/04/ring-gap-moonlet.jpg",
    "A ringed planet; a point of light shines in a gap of the rings",
    credit="Meridian Space Agency/Ringwatch",
)
EARTHRISE = Photo(
    "earthrise",
    "2026/04/earth-from-the-rim.jpg",
    "The Earth above a grey plain full of craters",
    "The view from the drill site: the Earth never climbs higher than this.",
    "Badger Lander Team",
)
ORBITS = Photo(
    "orbit_chart",
    "2026/03/barnacle-orbits.png",
    "A chart with two orbits and a dashed line between them",
    "The tug took eleven days for the way along the dashed line.",
    "Digital Trends Graphics",
)
BLACK_HOLE = Photo(
    "black_hole",
    "2026/03/hiccup-disc.jpg",
    "A black disc inside a ring of fire, with a disc of glowing gas around it",
    "An artist’s impression: something small crosses the disc of gas twice on every round.",
    "Workshop Nine",
)
LIGHT_CURVE = Photo(
    "light_curve",
    "2026/03/hiccup-light-curve.png",
    "A line chart with five sharp peaks",
    "Every nine nights the core of the galaxy brightens for a few hours.",
    "Quiet Sky Survey",
)
SAIL = Photo(
    "solar_sail",
    "2026/02/paperwing-venus.jpg",
    "A square silver sail in front of a cloudy planet",
    "Paperwing as its little companion camera saw it, two days before the flyby.",
    "Sailmakers’ Guild/Paperwing",
)
STAR_TRAILS = Photo(
    "star_trails",
    "2026/02/tall-pine-trails.jpg",
    "Star trails above two observatory domes",
    "Two hours of stars above Tall Pine. The lamps below were made by the village smith.",
    "R. Adeyemi",
)
VILLAGE_STARS = Photo(
    "star_trails",
    "2026/02/tall-pine-trails-poster.jpg",
    "The same star trails, on a poster",
    "The picture hangs as a poster in the village school.",
    "R. Adeyemi",
)
VOLCANO = Photo(
    "volcano",
    "venus-volcano.jpg",
    "A dark volcano with a stream of lava under an orange sky",
    "What the radar saw, drawn as an eye would see it.",
    "Workshop Nine",
)
AURORA = Photo(
    "aurora",
    "2026/01/aurora-from-above.jpg",
    "Green and violet curtains of light over the curve of the Earth",
    "The aurora of January 14, seen by Finch 5 of the swarm.",
    "Finch Team/University of Norrhamn",
    original_answers=False,
)

STORIES: tuple[Story, ...] = (
    Story(
        slug="heron-3-lands-on-barge-after-night-launch",
        post_id=7100412,
        published="2026-11-18T05:42:10-08:00",
        modified="2026-11-18T09:15:00-08:00",
        title="Heron 3 lights up the bay, then lands on a barge named Patience",
        authors=(OKONWE,),
        keywords=("rockets", "Heron 3", "Northlight Aerospace"),
        topics=("Rockets", "Spaceflight"),
        description="A night launch, nine quiet minutes and a landing within two meters of the mark.",
        lead=HERON_ARC,
        body=f"""
People along the bay at Saltmarsh Point stood on their roofs on Tuesday night to see Heron 3 go. The rocket left
the pad at 9:04 p.m., turned the water orange for half a minute and was gone behind the only cloud in the sky.

Nine minutes later its first stage came back. It landed on the barge Patience, 310 kilometers out to sea, less
than two meters from the painted mark. It’s the third landing for this booster and the first one at night.

{figure(HERON_BARGE)}

“We had turned off every lamp on the deck,” said flight director Oda Brekke. “The booster finds its way by
radar, but the people on the tug wanted to see it come down, and you see more in the dark.”

Northlight Aerospace, the company that builds Heron 3, said the upper stage reached its orbit and let go of the
freighter that it carried. The freighter will dock with
{link("halcyon-station-first-tomatoes", "Halcyon Station")} on Friday, with food, filters and a piano of 61
keys.

{
            tweet(
                "Northlight Aerospace",
                "NorthlightAero",
                "Touchdown on Patience. Three flights, one booster.",
                "November 18, 2026",
                1990300412000017408,
            )
        }

The booster is due back in port on Saturday. If the weather lets them, the engineers want to fly it a fourth
time before the end of the year.
""",
        suggestions=("kite-capsule-comes-home", "halcyon-station-first-tomatoes", "tug-catches-tumbling-satellite"),
    ),
    Story(
        slug="how-to-see-comet-abara",
        post_id=7100398,
        published="2026-11-05T08:00:00-08:00",
        title="How to see Comet Abara before it leaves for 900 years",
        deck="You need a dark place, ten minutes and no telescope at all",
        authors=(PELLETIER,),
        keywords=("comets", "stargazing"),
        topics=("Stargazing",),
        lead=COMET,
        kind="Guides",
        body=f"""
A comet that was found only in May has grown into the prettiest sight of the autumn sky. Comet Abara is now
bright enough to see without a telescope, and it’ll stay that way until about November 24.

It takes some 900 years to go once around the sun. So this is the week to put on a coat.

{heading("When to look")}

Go out about an hour after sunset and look to the west. The comet stands two hand widths above the horizon, to
the left of the brightest star. It sets two hours later.

{heading("What to bring")}

{
            bullets(
                "warm clothes, and then one more layer",
                "binoculars, if you have them: they show the blue tail",
                "a red lamp, so that your eyes stay used to the dark",
                "somebody to point at things with",
            )
        }

{heading("How to take a picture")}

{
            bullets(
                "Put the camera on something that doesn’t move.",
                "Set the lens to its widest opening.",
                "Expose for eight seconds, not longer: the stars become lines.",
                ordered=True,
            )
        }

And then put the camera away and look. The white tail is dust, pushed back by sunlight. The blue one is gas, and
it points straight away from the sun like a weather vane.

If clouds come, there’s a consolation: the
{link("rose-curtain-week-in-pictures", "best pictures of the summer sky")} are only a click away.
""",
        suggestions=("tall-pine-village-dark-sky", "aurora-from-above-finch-swarm", "rose-curtain-week-in-pictures"),
    ),
    Story(
        slug="lantern-first-light-ice-moon",
        post_id=7100371,
        published="2026-10-21T11:30:00-07:00",
        title="Lantern opens its eyes and finds fresh cracks in an ice moon",
        deck="The orbiter’s first pictures show a crust that is still moving",
        authors=(CASTELLANE, VARGA),
        keywords=("moons", "Lantern", "Jupiter"),
        topics=("Jupiter", "Moons"),
        description="First pictures from the Lantern orbiter show young cracks in the crust of an ice moon.",
        lead=ICE_MOON,
        stray_control=True,
        body=f"""
After six years on the way, the orbiter Lantern has taken the cover off its camera. The first pictures show an
ice moon of Jupiter with long blue cracks, and the cracks were not where the old maps have them.

“We laid the new picture over the one from the last century, and for a moment we thought that we had the wrong
moon,” said Hanneke Osei, who leads the camera team at the Meridian Space Agency.

At least eleven cracks are new, each as long as a country is wide. Something below must have pulled the ice
apart within the last forty years. That’s a moment ago, as moons count time.

{heading("Warm below, cold above")}

The likely answer is water. As the moon goes around, Jupiter kneads it like dough, and the warmth of that work
keeps a sea liquid under the ice. Where the crust gives way, the sea wells up, freezes and leaves a blue scar.

{
            quote(
                "A crack is a letter from the sea below. We have eleven letters and haven’t opened one.",
                "Hanneke Osei, camera lead",
            )
        }

Lantern will pass low over the longest crack in January, at a height of only 25 kilometers, and taste the thin
air above it. A small probe on {link("badger-drill-brings-up-moon-ice", "our own moon")} is already trying out
the instrument.
""",
        suggestions=("ring-gap-moonlet-found", "badger-drill-brings-up-moon-ice", "venus-volcano-still-warm"),
    ),
    Story(
        slug="halcyon-station-first-tomatoes",
        post_id=7100344,
        published="2026-09-14T07:20:00-07:00",
        title="The first tomatoes of Halcyon Station are ripe, and the crew wants salt",
        authors=(OKONWE,),
        keywords=("space station", "Halcyon Station", "food"),
        topics=("Spaceflight",),
        lead=TOMATOES,
        body=f"""
The crew of Halcyon Station has picked 31 tomatoes, weighed 30 of them and eaten the last one on the spot. It’s
the first full harvest in the station’s new garden, a chamber no bigger than a wardrobe.

“It was warm from the lamps and it tasted of summer,” wrote station commander Pia Lunde in her diary. “Please
send salt.”

Roots need air as much as water, and without weight the water goes where it likes. The garden solves that with
clay pearls that hold a drop each. Fans keep the leaves moving, because plants that never feel a wind grow lazy.

{figure(STATION)}

{heading("What else grows there")}

{
            bullets(
                "dwarf wheat, for an experiment with bread",
                "peppers that ripen next month",
                "one sunflower, for no reason but the crew’s wish",
            )
        }

The seeds of the best fruits go back to Earth with the next capsule. They’ll be sown beside their cousins that
never left, and children at 400 schools will count the leaves.

{youtube("HALCYONdemo", "A walk through the garden of Halcyon Station")}

Salt is on its way: the freighter that {link("heron-3-lands-on-barge-after-night-launch", "Heron 3")} will carry
in November has a kilo of it.
""",
        suggestions=(
            "heron-3-lands-on-barge-after-night-launch",
            "kite-capsule-comes-home",
            "aurora-from-above-finch-swarm",
        ),
    ),
    Story(
        slug="rose-curtain-week-in-pictures",
        post_id=7100321,
        published="2026-08-28T09:00:00-07:00",
        title="The week in pictures: a rose curtain, a blue harbour and a ball of suns",
        authors=(VARGA, PELLETIER),
        keywords=("nebulae", "galaxies", "pictures"),
        topics=("Astronomy", "Stargazing"),
        description="Four pictures from the telescopes of this summer, and one that is missing.",
        kind="Pictures",
        body=f"""
The telescope at Tall Pine has been back at work for a month, and its astronomers have been generous: four of
the pictures below were made in one week of clear nights.

Start at the top left. The Rose Curtain is a cloud of gas where stars are born. The Harbour beside it got its
name from the sailors’ lamps that its stars resemble.

{gallery(ROSE, HARBOUR, GALAXY, CLUSTER)}

The galaxy is much farther away than the rest: its light set out when there were no flowers on Earth. The ball
of suns is almost a neighbour, at 20,000 light-years.

{heading("The one that got away", 3)}

A fifth picture should be here, a glass plate of 1911 on which an assistant marked the Harbour with a pencil.
The archive is looking for it.

{figure(LOST_PLATE)}

Next week we look at the planets, and at the {link("ring-gap-moonlet-found", "moonlet in the gap")} that
everybody had overlooked.
""",
        suggestions=("tall-pine-village-dark-sky", "galaxy-with-hiccups", "how-to-see-comet-abara"),
    ),
    Story(
        slug="pilgrim-rover-outruns-dust-devil",
        post_id=7100297,
        published="2026-07-30T06:45:30-07:00",
        title="Pilgrim rover outruns a dust devil and gets its panels cleaned",
        authors=(CASTELLANE,),
        keywords=("Mars", "rovers", "Pilgrim"),
        topics=("Mars", "Rovers"),
        lead=DUST_DEVIL,
        body=f"""
The smallest rover on Mars has had the best week of its life. On Monday a dust devil as tall as a church came up
from behind, passed within four meters and left Pilgrim’s solar panels as clean as on the day of the landing.

Pilgrim had been losing strength since the spring. Dust on its panels let through only half of the light, and
the team had begun to plan the rover’s last drives.

Then the wind did what no brush could. Within ten minutes the power went from 44 to 91 percent.

“I refreshed the page three times, then I woke up my flatmate,” said Jonas Mbeki, the student who had the night
shift.

{
            tweet(
                "Pilgrim Rover",
                "PilgrimOnMars",
                "Thank you, wind. Onward.",
                "July 28, 2026",
                1949600297000011776,
            )
        }

Did the rover really outrun it? By a little. Pilgrim drives at the speed of a slow tortoise, but it was driving,
and a minute earlier it would have stood right in the way.

The plan for the last drives has been put into a drawer. Pilgrim now heads for the dry river bed that it was
sent for, 3 kilometers to the north.
""",
        suggestions=("venus-volcano-still-warm", "lantern-first-light-ice-moon", "badger-drill-brings-up-moon-ice"),
    ),
    Story(
        slug="kite-capsule-comes-home",
        post_id=7100268,
        published="2026-06-19T16:05:00-07:00",
        modified="2026-06-20T07:00:00-07:00",
        title="Watch the Kite capsule come home under three parachutes",
        authors=(OKONWE,),
        keywords=("Kite", "Northlight Aerospace", "splashdown"),
        topics=("Spaceflight",),
        lead=SPLASHDOWN,
        video="https://www.youtube.com/watch?v=KITEdemo001",
        body=f"""
<p><strong>[UPDATE: The capsule is on board the recovery ship and all four travelers are well.]</strong></p>

Four people are back on Earth after 12 days in orbit. Their capsule, Kite, came down in calm water on Friday
afternoon, and a family on a sailing boat had the best seats.

You can see the last minute here, from the opening of the parachutes to the splash:

{youtube("KITEdemo002", "Kite splashdown, full replay")}

All three parachutes opened on time. On the first test flight one of them had stayed in its bag, and the
engineers had since sewn every bag anew, by hand.

Please enable Javascript to view this content

{
            tweet(
                "Northlight Aerospace",
                "NorthlightAero",
                "Splashdown! Welcome home, Kite.",
                "June 19, 2026",
                1935700268000013312,
            )
        }

Kite will be washed, checked and made ready for its next trip, to
{link("halcyon-station-first-tomatoes", "Halcyon Station")}, where somebody is said to be waiting for salt.
""",
        suggestions=("heron-3-lands-on-barge-after-night-launch", "tug-catches-tumbling-satellite"),
    ),
    Story(
        slug="kestrel-9-planet-with-two-sunsets",
        post_id=7100233,
        published="2026-05-12T10:10:00-07:00",
        title="Every evening on this planet has two sunsets",
        deck="Kestrel-9 b goes around a pair of stars, and it may have seas",
        authors=(VARGA,),
        keywords=("exoplanets", "Kestrel-9"),
        topics=("Exoplanets", "Astronomy"),
        description="A planet with two suns lies at the right distance from both of them for water.",
        lead=TWO_SUNS,
        body=f"""
Stand on the shore of Kestrel-9 b, if it has a shore, and you would see the large yellow sun go down first. The
small red one would follow 40 minutes later, and for those 40 minutes everything would be the colour of copper.

The planet was found by the Quiet Sky Survey, a set of eight small telescopes that look for stars that blink. A
star with a planet gets a little darker each time the planet passes in front of it. Here there are two stars,
and the blinks come in a strange rhythm.

It took the team a year to be sure. “For months it looked like a fault of the camera,” said Wen Adair, who wrote
the paper. “Then we understood that the fault kept time better than our clock.”

{
            table(
                ("World", "Suns", "Year in days", "Likely surface"),
                ("Kestrel-9 b", "2", "211", "rock, perhaps water"),
                ("Kestrel-9 c", "2", "604", "gas"),
                ("Earth", "1", "365", "rock and water"),
            )
        }

The distance is right for water. Whether there’s any, and an air to keep it, is for a larger telescope to find
out. The observatory at {link("tall-pine-village-dark-sky", "Tall Pine")} will have a first try in the autumn.
""",
        suggestions=("galaxy-with-hiccups", "tall-pine-village-dark-sky", "lantern-first-light-ice-moon"),
    ),
    Story(
        slug="ring-gap-moonlet-found",
        post_id=7100214,
        published="2026-04-27T12:00:00-07:00",
        title="A moonlet was hiding in a gap of the rings all along",
        authors=(CASTELLANE,),
        keywords=("Saturn", "moons", "rings"),
        topics=("Saturn", "Moons"),
        lead=RINGS,
        body="""
There’s a gap in Saturn’s rings that nobody could explain. Now the reason has been found in pictures that are 15
years old: a moonlet, no larger than a small town, that sweeps the gap clean.

It was found by a retired teacher. Marguerite Sollers looks through old pictures in the evenings, the way others
do puzzles, and she noticed a dot that was never twice in the same place.

“I thought it was dust on my screen,” she said. “So I cleaned my screen.”

The dot stayed. Sollers wrote to the Ringwatch team, who found it in 63 more pictures, always in the gap and
always where the laws of motion wanted it.

It has no name yet. The team has asked Sollers for one, and she has asked her former pupils. There’s said to be
a majority for Button.
""",
        suggestions=("lantern-first-light-ice-moon", "rose-curtain-week-in-pictures", "paperwing-sail-passes-venus"),
    ),
    Story(
        slug="badger-drill-brings-up-moon-ice",
        post_id=7100197,
        published="2026-04-09T05:30:00-07:00",
        title="Badger drills into the shadow and brings up ice",
        deck="The lander’s first core is a finger long and older than every mountain on Earth",
        authors=(CASTELLANE, OKONWE),
        keywords=("Moon", "Badger", "ice"),
        topics=("Moon", "Landers"),
        lead=EARTHRISE,
        body=f"""
In a crater near the moon’s south pole the sun has not risen for two billion years. That’s where the lander
Badger put down its drill on Wednesday, and a day later it pulled up a core of gray, glittering ice.

The core is as long as a finger. Two thirds of it is dust, the rest is water, frozen so hard that the drill gave
off sparks.

Badger itself stands in the light, on the rim, where its panels can work. Only the drill goes down, on a cable
of 140 meters, like somebody fishing from a pier.

Why does it matter? Water is heavy to carry. Crews who find it on the spot need fewer
{link("heron-3-lands-on-barge-after-night-launch", "rockets")}, and the oxygen in it is as good for breathing as
for burning. The plan is explained in a <a href="https://badger.example.org/plan?utm_source=dt" target="_blank"
rel="noopener">report</a> that the team put out in March.

{bullets("Core 1: 9 centimeters, ice and dust", "Core 2: planned for May", "Core 3: if the cable holds")}

The ice may also hold a diary. Each layer fell at another time, and somewhere in it may be the dust of the
impact that made the crater.
""",
        suggestions=("lantern-first-light-ice-moon", "pilgrim-rover-outruns-dust-devil", "ring-gap-moonlet-found"),
    ),
    Story(
        slug="tug-catches-tumbling-satellite",
        post_id=7100176,
        published="2026-03-24T14:00:00-07:00",
        title="A tug caught a tumbling satellite and gently stopped its spin",
        authors=(OKONWE,),
        keywords=("satellites", "space debris", "Barnacle"),
        topics=("Satellites",),
        description="Petrel 4 had been out of control for nine years. It took a robot tug six minutes to calm it.",
        lead=ORBITS,
        body=f"""
For nine years the weather satellite Petrel 4 has been falling around the Earth end over end, one turn every 14
seconds. On Sunday a robot tug named Barnacle took it by the hand.

That’s almost literally true. Barnacle has an arm with a soft, three-fingered grip. It flew along with the
satellite, turning as it turned, until the two stood still to each other, and closed the fingers.

Then it braked, so gently that the old solar panels would not break off. Six minutes later the spin was over.

{quote("It was like stopping a roundabout with a feather.")}

The pair will now sink together and burn up over the southern ocean in June. The orbit of Petrel 4, one of the
busiest there is, will be safer by one ton and a half.

The company behind the tug has four more on order. Its founder, Ludo Ferrant, calls them the dustmen of the sky,
and says it with pride.
""",
        suggestions=("kite-capsule-comes-home", "aurora-from-above-finch-swarm", "paperwing-sail-passes-venus"),
    ),
    Story(
        slug="galaxy-with-hiccups",
        post_id=7100152,
        published="2026-03-03T09:40:00-08:00",
        title="This galaxy has hiccups, one every nine nights",
        authors=(VARGA,),
        keywords=("black holes", "galaxies"),
        topics=("Astronomy", "Black Holes"),
        lead=BLACK_HOLE,
        body=f"""
In the middle of a far galaxy something flares up every nine nights, shines for a few hours and goes out. It has
done so 40 times in a row. Astronomers call it the hiccups, and they think they know what’s wrong.

The galaxy’s heart is a black hole of some 50 million suns, with a disc of hot gas around it. The disc is
tilted. A second, much smaller black hole goes around the first one, and twice on its way it punches through the
disc.

{figure(LIGHT_CURVE)}

Each punch throws up a plume of gas, and the plume is what we see. “Think of a stone skipping on a pond,” said
Wen Adair of the Quiet Sky Survey. “We can’t see the stone. We see the rings.”

Why only one flare per round, when the small black hole passes twice? The other one happens on the far side of
the disc, where the gas hides it.

The pair is losing its swing, very slowly. In 10,000 years or so the two will be one, and the hiccups will stop
with the greatest of all.
""",
        suggestions=("kestrel-9-planet-with-two-sunsets", "rose-curtain-week-in-pictures"),
    ),
    Story(
        slug="tall-pine-village-dark-sky",
        post_id=7100131,
        published="2026-02-20T08:15:00-08:00",
        title="The village that turned off its lamps for a telescope",
        deck="Forty streetlights, one blacksmith and the darkest sky in the country",
        authors=(PELLETIER, VARGA),
        keywords=("stargazing", "light pollution", "Tall Pine"),
        topics=("Stargazing", "Astronomy"),
        description="How the people below Tall Pine Observatory gave their night back to the stars.",
        lead=STAR_TRAILS,
        kind="Features",
        body=f"""
At nine o’clock the baker closes her shutters, the inn pulls its curtains, and the village below Tall Pine
Observatory goes out. Not by order. There was a vote, and it was 212 to 3.

Ten years ago the telescope on the hill was about to close. Its sky had become too bright. The lamps of the
village alone made the faintest stars disappear, and the astronomers, who bought their bread there, had not
dared to say so.

{heading("A lamp that looks down")}

It was the blacksmith, Ruben Adeyemi, who came up with the answer. He took a streetlight apart on his bench and
built it a hat. The light now falls on the path, and nowhere else.

He made 40 of them in one winter. They need a quarter of the power, and you can see your feet better than
before, because nothing dazzles.

{figure(VILLAGE_STARS)}

{quote("We did it for the telescope. We keep it for the owls and for our grandchildren.")}

In clear nights, the school opens its yard. There’s a flask of cocoa and a row of old binoculars, and whoever
comes may look. This month, with some luck, for the {link("how-to-see-comet-abara", "next comet")}.

The three who voted against? Two have changed their minds. The third sells curtains, and has nothing to complain
about.
""",
        suggestions=("how-to-see-comet-abara", "rose-curtain-week-in-pictures", "kestrel-9-planet-with-two-sunsets"),
    ),
    Story(
        slug="paperwing-sail-passes-venus",
        post_id=7100118,
        published="2026-02-06T13:25:00-08:00",
        title="A ship with a sail of foil has gone past Venus without a drop of fuel",
        authors=(CASTELLANE,),
        keywords=("solar sails", "Paperwing", "Venus"),
        topics=("Venus", "Spaceflight"),
        lead=SAIL,
        body=f"""
Paperwing weighs as much as a large dog and has a sail as wide as a football field. On Thursday it went past
Venus, pushed by nothing but sunlight.

Light presses. You don’t feel it, because it’s weaker than the weight of a hair, but it never stops. Over 14
months it has made Paperwing faster than any ship of its size.

The sail is made of foil, 40 times thinner than paper. It was folded by hand in a gymnasium, by members of the
Sailmakers’ Guild, over seven weekends.

“In space you tack like on a lake,” said the guild’s captain, Elin Forsgren. “You just have to think in years.”

The flyby bent the ship’s path toward Mercury. Its camera also looked down at the clouds, not far from the
{link("venus-volcano-still-warm", "volcano that was found in January")}.
""",
        suggestions=("venus-volcano-still-warm", "tug-catches-tumbling-satellite", "ring-gap-moonlet-found"),
    ),
    Story(
        slug="venus-volcano-still-warm",
        post_id=7100093,
        published="2026-01-27T07:00:00-08:00",
        title="A volcano on Venus is still warm",
        authors=(VARGA,),
        keywords=("Venus", "volcanoes"),
        topics=("Venus",),
        lead=VOLCANO,
        old_address="/news/venus-volcano-still-warm/",
        body=f"""
Radar sees through the clouds of Venus, and this time it has seen something move. On the slope of an old volcano
a stream of lava has grown by two kilometers within eight months.

The pictures come from Veilpiercer, a probe that has been going around the planet since 2024. Each spot is seen
from the same angle again and again, so that a program can look for what has changed.

It found 19 changes. Eighteen were noise. “And then the last one got longer from picture to picture, and the
room became very quiet,” said Amadou Reyes of the radar team.

{code("week  1   length  7.1 km", "week 18   length  8.3 km", "week 35   length  9.2 km")}

Venus and the Earth are as alike in size as two sisters. One has seas, the other rain of acid. How warm their
hearts are may be the key to why.

{
            recommendations(
                (
                    "paperwing-sail-passes-venus",
                    "A ship with a sail of foil has gone past Venus without a drop of fuel",
                ),
                ("pilgrim-rover-outruns-dust-devil", "Pilgrim rover outruns a dust devil and gets its panels cleaned"),
            )
        }
""",
        suggestions=(),
    ),
    Story(
        slug="aurora-from-above-finch-swarm",
        post_id=7100071,
        published="2026-01-16T10:50:00-08:00",
        title="Five little satellites flew through the northern lights",
        authors=(PELLETIER,),
        keywords=("aurora", "satellites", "Finch"),
        topics=("Satellites", "Stargazing"),
        description="The Finch swarm measured an aurora from the inside while half a continent looked up at it.",
        lead=AURORA,
        body="""
When the sky turned green on January 14, five satellites the size of shoe boxes were right in the middle of it.
The Finch swarm, built by students in Norrhamn, flew through the northern lights 15 times in one night.

From below an aurora looks like a curtain. From the inside it’s more like rain: fast particles that fall along
the lines of the Earth’s magnetic field and make the air glow where they hit it.

Five satellites in a row see the same spot five times within a minute. That shows how the curtain moves, and why
it sometimes tears.

“We had built them for two years and nothing happened for six weeks,” said student Liv Aasen. “Then everything
happened, and I was at the dentist.”

The data are free for everyone. The sound that the students made from it, a kind of deep crackle, has been
played 200,000 times.
""",
        suggestions=("how-to-see-comet-abara", "halcyon-station-first-tomatoes", "tug-catches-tumbling-satellite"),
    ),
)

PHOTOS: tuple[Photo, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Photo))
