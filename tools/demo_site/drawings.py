"""The demo's pictures: scenes drawn from shapes, gradients and seeded noise, the same in every build."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

WIDTH, HEIGHT = SIZE = (1600, 960)
Colour = tuple[int, int, int]
Point = tuple[float, float]
Paint = Callable[[ImageDraw.ImageDraw], None]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
NIGHT: Colour = (5, 7, 18)


def draw(name: str) -> Image.Image:
    """Draw the scene called *name*, 1600 by 960 pixels."""
    return SCENES[name](random.Random(name))  # noqa: S311 (a drawing, not a secret)


# Materials


def noise(rng: random.Random, cells: tuple[int, int], octaves: int = 5, size: tuple[int, int] = SIZE) -> Image.Image:
    """Return fractal noise; *cells* is how many bumps the coarsest layer has across and down."""
    layers = [(min(cells[0] << i, size[0]), min(cells[1] << i, size[1])) for i in range(octaves)]
    result = Image.new("L", size, 128)
    for grid in reversed(layers):
        layer = Image.frombytes("L", grid, rng.randbytes(grid[0] * grid[1])).resize(size, Image.Resampling.BICUBIC)
        result = Image.blend(result, layer, 0.55)
    return ImageOps.autocontrast(result, cutoff=1)


def ridges(rng: random.Random, cells: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """Return noise folded at its middle: bright cracks on a dark ground."""
    return noise(rng, cells, 4, size).point([max(0, 255 - abs(v - 128) * 7) for v in range(256)])


def gradient(*colours: Colour, size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a vertical gradient through *colours*, top first."""
    strip = Image.new("RGB", (1, len(colours)))
    for row, colour in enumerate(colours):
        strip.putpixel((0, row), colour)
    scaled = strip.resize((1, size[1]), Image.Resampling.BICUBIC, box=(0, 0.5, 1, len(colours) - 0.5))
    return scaled.resize(size)


def tint(image: Image.Image, dark: Colour, light: Colour, middle: Colour | None = None) -> Image.Image:
    """Colour a grey picture."""
    return ImageOps.colorize(image, black=dark, white=light, mid=middle)


def glow(image: Image.Image, centre: Point, radius: float, colour: Colour) -> Image.Image:
    """Add light around *centre* that fades out at about three times *radius*."""
    light = Image.new("RGB", (WIDTH // 4, HEIGHT // 4))
    x, y, r = centre[0] / 4, centre[1] / 4, radius / 4
    ImageDraw.Draw(light).ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return ImageChops.screen(image, light.filter(ImageFilter.GaussianBlur(r)).resize(SIZE, Image.Resampling.BICUBIC))


def sun(image: Image.Image, centre: Point) -> Image.Image:
    """Add a small sun with a wide shine."""
    for radius, colour in ((90, (96, 84, 60)), (34, (255, 236, 196)), (16, WHITE)):
        image = glow(image, centre, radius, colour)
    return image


def stars(image: Image.Image, rng: random.Random, count: int = 700, bottom: int = HEIGHT) -> Image.Image:
    """Add stars of many brightnesses, the brightest with a halo, above the line *bottom*."""
    field = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(field)
    for _ in range(count):
        x, y, magnitude = rng.randrange(WIDTH), rng.randrange(bottom), rng.random() ** 4
        light = int(70 + 185 * magnitude)
        warmth = rng.randrange(-30, 30)
        size = 0.4 + 2.2 * magnitude
        pen.ellipse(
            (x - size, y - size, x + size, y + size), fill=(min(255, light + warmth), light, min(255, light - warmth))
        )
    halo = field.filter(ImageFilter.GaussianBlur(5)).point([min(255, v * 3) for v in range(256)] * 3)
    return ImageChops.screen(image, ImageChops.screen(field, halo))


def disc(radius: int) -> Image.Image:
    """Return the mask of a disc with smooth edges."""
    mask = Image.new("L", (radius * 4, radius * 4))
    ImageDraw.Draw(mask).ellipse((4, 4, radius * 4 - 5, radius * 4 - 5), fill=255)
    return mask.resize((radius * 2, radius * 2), Image.Resampling.LANCZOS)


def sphere(
    image: Image.Image, texture: Image.Image, centre: Point, light: Point = (-0.45, -0.4), air: Colour | None = None
) -> Image.Image:
    """Put a ball on the picture: *texture* is a square, *light* says where the sun is, *air* is its atmosphere."""
    radius = texture.width // 2
    if air:
        image = glow(
            image, (centre[0] + light[0] * radius * 0.12, centre[1] + light[1] * radius * 0.12), radius * 1.01, air
        )
    lamp = ImageOps.invert(Image.radial_gradient("L")).resize((radius * 4, radius * 4), Image.Resampling.BICUBIC)
    left, top = int(radius * (1 - light[0])), int(radius * (1 - light[1]))
    lamp = lamp.crop((left, top, left + radius * 2, top + radius * 2)).point(
        [min(255, int(v * 1.6)) for v in range(256)]
    )
    ball = ImageChops.multiply(texture, Image.merge("RGB", (lamp, lamp, lamp)))
    image.paste(ball, (int(centre[0] - radius), int(centre[1] - radius)), disc(radius))
    return image


def world(rng: random.Random, radius: int, colours: Sequence[Colour], cells: tuple[int, int] = (4, 4)) -> Image.Image:
    """Return the texture of a planet: dark, middle and light colour over noise (many rows of cells make bands)."""
    return tint(noise(rng, cells, 6, (radius * 2, radius * 2)), colours[0], colours[2], colours[1])


def ground(
    image: Image.Image, rng: random.Random, level: float, rough: float, colour: Colour, *, haze: Colour | None = None
) -> Image.Image:
    """Add a ridge line at *level* (0 top, 1 bottom) as a filled silhouette, fading into *haze* at its foot."""
    heights, phase = [], [rng.uniform(0, 2 * math.pi) for _ in range(6)]
    for x in range(0, WIDTH + 8, 8):
        wave = sum(math.sin(x / WIDTH * math.tau * (0.7 * 1.9**i) + phase[i]) / 1.7**i for i in range(6))
        heights.append((x, level * HEIGHT + wave * rough * HEIGHT))
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).polygon([(0, HEIGHT), *heights, (WIDTH, HEIGHT)], fill=255)
    image.paste(gradient(colour, colour, haze or colour), (0, 0), mask)
    return image


def shade(image: Image.Image, rng: random.Random, cells: tuple[int, int], strength: float, top: int) -> Image.Image:
    """Roughen everything below the line *top* with noise."""
    grain = tint(noise(rng, cells, 6), (90, 90, 90), WHITE)
    rough = Image.blend(image, ImageChops.multiply(image, grain), strength)
    image.paste(rough.crop((0, top, WIDTH, HEIGHT)), (0, top))
    return image


def clouds(
    image: Image.Image, rng: random.Random, cells: tuple[int, int], colour: Colour, gain: float, *, floor: int = 110
) -> Image.Image:
    """Add light of *colour* where noise is above *floor*."""
    mask = noise(rng, cells, 6).point([min(255, int(max(0, v - floor) * gain)) for v in range(256)])
    return ImageChops.screen(image, tint(mask, BLACK, colour))


def cylinder(pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], colour: Colour) -> None:
    """Draw an upright cylinder lit from the left."""
    left, top, right, bottom = box
    for x in range(int(left), int(right)):
        part = math.sin(math.pi * (0.12 + 0.8 * (x - left) / (right - left))) ** 0.8
        fade = part * (1.05 - 0.55 * (x - left) / (right - left))
        pen.line((x, top, x, bottom), fill=(int(colour[0] * fade), int(colour[1] * fade), int(colour[2] * fade)))


def arc_points(centre: Point, radii: Point, start: float, end: float, steps: int = 200) -> list[Point]:
    """Return points of an ellipse from angle *start* to *end*, in radians."""
    return [
        (centre[0] + radii[0] * math.cos(a), centre[1] + radii[1] * math.sin(a))
        for a in (start + (end - start) * i / steps for i in range(steps + 1))
    ]


def stroke(points: Sequence[Point], colour: Colour, width: int) -> Paint:
    """Return what paints a line through *points*."""
    return lambda pen: pen.line(points, fill=colour, width=width, joint="curve")


def shape(points: Sequence[Point], colour: Colour) -> Paint:
    """Return what paints a filled polygon."""
    return lambda pen: pen.polygon(points, fill=colour)


def oval(box: tuple[float, float, float, float], colour: Colour) -> Paint:
    """Return what paints a filled ellipse in *box*."""
    return lambda pen: pen.ellipse(box, fill=colour)


def ring(box: tuple[float, float, float, float], colour: Colour, width: int) -> Paint:
    """Return what paints the outline of an ellipse in *box*."""
    return lambda pen: pen.ellipse(box, outline=colour, width=width)


def softly(image: Image.Image, blur: float, paint: Paint) -> Image.Image:
    """Add what *paint* draws as light, out of focus by *blur* pixels."""
    layer = Image.new("RGB", SIZE)
    paint(ImageDraw.Draw(layer))
    return ImageChops.screen(image, layer.filter(ImageFilter.GaussianBlur(blur)))


# Scenes


def night_launch(rng: random.Random) -> Image.Image:
    """Draw a long exposure: the arc of a rocket over a bay."""
    image = stars(gradient((6, 8, 28), (14, 22, 62), (58, 52, 104), (206, 116, 88)), rng, 600, 600)
    path = arc_points((1500, 700), (1160, 600), math.pi, math.pi * 1.42)
    for width, blur, colour in ((26, 22, (255, 120, 40)), (10, 6, (255, 190, 110)), (4, 1, (255, 250, 230))):
        image = softly(image, blur, stroke(path, colour, width))
    image = glow(image, (340, 700), 70, (255, 190, 120))
    image = ground(image, rng, 0.75, 0.012, (10, 11, 26))
    water = ImageOps.flip(image.crop((0, 440, WIDTH, 700))).filter(ImageFilter.GaussianBlur(3))
    image.paste(ImageChops.multiply(water, Image.new("RGB", water.size, (150, 150, 180))), (0, 700 + 40))
    return shade(image, rng, (3, 60), 0.45, 740)


def barge_landing(rng: random.Random) -> Image.Image:
    """Draw a booster that stands on a barge at dawn."""
    image = clouds(
        gradient((42, 62, 108), (142, 134, 160), (248, 184, 140), (252, 214, 168)), rng, (3, 9), (70, 50, 60), 1.2
    )
    image = glow(image, (1180, 640), 60, (255, 214, 150))
    image.paste(gradient((120, 110, 130), (34, 50, 84), (16, 28, 54), size=(WIDTH, 280)), (0, 680))
    image = shade(image, rng, (5, 70), 0.6, 684)
    pen = ImageDraw.Draw(image)
    pen.polygon([(330, 745), (1010, 745), (960, 812), (380, 812)], fill=(38, 40, 52))
    pen.rectangle((330, 735, 1010, 750), fill=(86, 88, 100))
    for x in range(345, 1010, 60):
        pen.rectangle((x, 752, x + 26, 758), fill=(220, 176, 60))
    cylinder(pen, (632, 190, 704, 715), (240, 240, 244))
    cylinder(pen, (632, 540, 704, 700), (112, 108, 108))
    cylinder(pen, (632, 190, 704, 240), (40, 42, 50))
    for side in (-1, 1):
        pen.polygon(
            [(668 + side * 36, 620), (668 + side * 118, 736), (668 + side * 104, 738), (668 + side * 34, 668)],
            fill=(30, 30, 38),
        )
        pen.rectangle((668 + side * 52 - 14, 232, 668 + side * 52 + 14, 258), fill=(60, 62, 70))
    return softly(glow(image, (668, 738), 36, (255, 170, 90)), 18, oval((560, 715, 780, 760), (255, 190, 130)))


def ice_moon(rng: random.Random) -> Image.Image:
    """Draw an ice moon in front of a banded giant."""
    image = stars(Image.new("RGB", SIZE, NIGHT), rng, 500)
    giant = world(rng, 820, [(92, 52, 36), (206, 152, 108), (246, 226, 198)], (2, 17))
    image = sphere(
        image,
        giant.rotate(14, Image.Resampling.BICUBIC, fillcolor=(190, 140, 100)),
        (1480, 900),
        (-0.5, -0.35),
    )
    moon = world(rng, 250, [(120, 128, 142), (206, 214, 222), (250, 252, 255)])
    cracks = tint(ridges(rng, (3, 3), moon.size), BLACK, (150, 96, 70))
    return sphere(image, ImageChops.subtract(moon, cracks), (500, 450), (-0.42, -0.3), (40, 60, 84))


def earth_limb(rng: random.Random, lift: int = 0) -> Image.Image:
    """Draw a curved horizon of sea and cloud below a black sky."""
    image = stars(Image.new("RGB", SIZE, (2, 3, 10)), rng, 380, 600)
    radius, top = 2300, 640 - lift
    for width, colour in ((46, (20, 60, 150)), (18, (60, 140, 240)), (6, (190, 226, 255))):
        box = (WIDTH / 2 - radius, top, WIDTH / 2 + radius, top + radius * 2)
        image = softly(image, width * 0.6, ring(box, colour, width))
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).ellipse((WIDTH / 2 - radius, top + 6, WIDTH / 2 + radius, top + radius * 2), fill=255)
    sea = clouds(
        gradient((8, 26, 64), (22, 78, 140), (10, 40, 92), size=SIZE), rng, (4, 12), (240, 244, 250), 2.2, floor=132
    )
    image.paste(sea, (0, 0), mask.filter(ImageFilter.GaussianBlur(2)))
    return image


def station(rng: random.Random) -> Image.Image:
    """Draw a station with eight solar wings over the sea."""
    image = earth_limb(rng)
    craft = Image.new("RGBA", SIZE)
    pen = ImageDraw.Draw(craft)
    pen.rectangle((330, 392, 1270, 408), fill=(176, 178, 186))
    for x in range(330, 1270, 24):
        pen.line((x, 392, x + 12, 408, x + 24, 392), fill=(90, 92, 100), width=2)
    for x in (350, 470, 1070, 1190):
        for top in (206, 422):
            pen.rectangle((x, top, x + 84, top + 172), fill=(132, 84, 34), outline=(238, 196, 120), width=3)
            for row in range(top + 12, top + 168, 13):
                pen.line((x + 3, row, x + 81, row), fill=(196, 142, 66), width=2)
            pen.line((x + 42, top, x + 42, top + 172), fill=(240, 214, 160), width=3)
    for box, tone in (
        ((690, 352, 910, 448), 226),
        ((740, 250, 800, 360), 200),
        ((800, 440, 862, 560), 210),
        ((910, 372, 990, 428), 190),
    ):
        pen.rounded_rectangle(box, 22, fill=(tone, tone, tone + 8, 255), outline=(120, 122, 132, 255), width=3)
        pen.rounded_rectangle((box[0] + 8, box[3] - 22, box[2] - 8, box[3] - 6), 8, fill=(130, 132, 146, 255))
    for x in (724, 768, 812, 856):
        pen.ellipse((x, 380, x + 20, 400), fill=(50, 70, 104, 255))
    craft = craft.rotate(-13, Image.Resampling.BICUBIC, center=(800, 400))
    image.paste(craft, (0, 0), craft)
    return sun(image, (1440, 110))


def tomatoes(rng: random.Random) -> Image.Image:
    """Ripe tomatoes under the lamps of a growth chamber."""
    image = gradient((255, 120, 214), (150, 36, 128), (70, 16, 70), (24, 8, 34))
    pen = ImageDraw.Draw(image)
    for x in range(60, WIDTH, 124):
        pen.ellipse((x, 26, x + 34, 46), fill=(255, 232, 250))
    image = glow(image, (800, 20), 190, (255, 120, 220))
    for _ in range(46):
        x, y, size, turn = rng.randrange(WIDTH), rng.randrange(330, 960), rng.randrange(60, 150), rng.randrange(360)
        leaf = Image.new("L", (size * 2, size * 2))
        ImageDraw.Draw(leaf).polygon(arc_points((size, size), (size, size * 0.32), 0, math.tau, 40), fill=255)
        green = (18 + rng.randrange(30), 74 + rng.randrange(70), 40 + rng.randrange(30))
        image.paste(
            Image.new("RGB", leaf.size, green), (x - size, y - size), leaf.rotate(turn, Image.Resampling.BICUBIC)
        )
    for x, y, radius in (
        (420, 560, 150),
        (720, 650, 180),
        (1060, 560, 160),
        (1310, 700, 128),
        (210, 770, 118),
        (930, 800, 112),
    ):
        skin = tint(noise(rng, (2, 2), 3, (radius * 2, radius * 2)), (206, 32, 26), (246, 70, 40))
        image = sphere(image, skin, (x, y), (-0.3, -0.45))
        image = softly(
            image,
            9,
            oval((x - radius * 0.55, y - radius * 0.66, x - radius * 0.1, y - radius * 0.4), (190, 140, 180)),
        )
        star = ImageDraw.Draw(image)
        for i in range(6):
            angle = i * math.tau / 6 + 0.3
            tip = (x + math.cos(angle) * radius * 0.42, y - radius * 0.82 + math.sin(angle) * radius * 0.2)
            star.polygon([(x - 9, y - radius * 0.86), tip, (x + 9, y - radius * 0.8)], fill=(44, 116, 52))
        star.line((x, y - radius * 0.84, x + 12, y - radius * 1.2), fill=(52, 120, 56), width=9)
    return image


def nebula(rng: random.Random, colours: Sequence[Colour], heart: Point) -> Image.Image:
    """Clouds of glowing gas and dust around *heart*."""
    image = Image.new("RGB", SIZE, (4, 4, 12))
    for colour, cells, floor in zip(colours, ((2, 2), (3, 2), (4, 3)), (92, 118, 138), strict=True):
        image = clouds(image, rng, cells, colour, 1.9, floor=floor)
    dust = noise(rng, (3, 2), 6).point([min(255, 90 + v) for v in range(256)])
    image = ImageChops.multiply(image, Image.merge("RGB", (dust, dust, dust)))
    image = glow(image, heart, 120, colours[-1])
    return stars(image, rng, 1100)


def rose_nebula(rng: random.Random) -> Image.Image:
    """Draw a nebula in rose and gold."""
    return nebula(rng, [(150, 24, 74), (232, 92, 86), (255, 206, 140)], (720, 430))


def harbour_nebula(rng: random.Random) -> Image.Image:
    """Draw a nebula in blue and green."""
    return nebula(rng, [(16, 54, 150), (24, 150, 160), (190, 240, 214)], (980, 520))


def spiral_galaxy(rng: random.Random) -> Image.Image:
    """Draw a spiral galaxy, tilted."""
    image = stars(Image.new("RGB", SIZE, (4, 4, 12)), rng, 500)
    points: list[tuple[float, float, float]] = []
    for _ in range(26000):
        reach = rng.random() ** 0.6
        angle = reach * 7 + rng.randrange(2) * math.pi + rng.gauss(0, 0.3 if rng.random() < 0.7 else 1.3)
        x, y = reach * 640 * math.cos(angle), reach * 640 * math.sin(angle) * 0.5
        points.append((800 + x * 0.95 - y * 0.3, 480 + y + x * 0.3, reach))

    def arms(pen: ImageDraw.ImageDraw) -> None:
        for x, y, reach in points:
            tone = (255, 214, 160) if reach < 0.3 else (150, 176, 255) if rng.random() > 0.08 else (255, 120, 160)
            pen.point((x, y), fill=tone)

    for blur, gain in ((14, 5), (4, 2), (0.6, 2)):
        layer = softly(Image.new("RGB", SIZE), blur, arms).point([min(255, v * gain) for v in range(256)] * 3)
        image = ImageChops.screen(image, layer)
    return glow(glow(image, (800, 480), 80, (255, 220, 170)), (800, 480), 26, (255, 248, 230))


def star_cluster(rng: random.Random) -> Image.Image:
    """Draw a globular cluster."""
    image = stars(Image.new("RGB", SIZE, (3, 4, 10)), rng, 600)

    def swarm(pen: ImageDraw.ImageDraw) -> None:
        for _ in range(5200):
            reach, angle = abs(rng.gauss(0, 1)) ** 1.5 * 150, rng.uniform(0, math.tau)
            x, y, size = 800 + reach * math.cos(angle), 480 + reach * math.sin(angle), 0.5 + rng.random() ** 6 * 3
            tone = rng.choice([(255, 236, 200), (210, 222, 255), (255, 196, 140), (235, 240, 255)])
            pen.ellipse((x - size, y - size, x + size, y + size), fill=tone)

    image = softly(image, 0.7, swarm)
    return glow(image, (800, 480), 130, (150, 130, 96))


def dust_devil(rng: random.Random) -> Image.Image:
    """Draw a rover and a dust devil on a red plain."""
    image = gradient((150, 98, 72), (206, 150, 110), (238, 196, 150), (226, 170, 120))
    image = sun(image, (1330, 190))
    for level, rough, colour in ((0.6, 0.022, (186, 120, 82)), (0.66, 0.014, (158, 92, 58))):
        image = ground(image, rng, level, rough, colour, haze=(200, 130, 86))
    funnel = Image.new("L", SIZE)
    pen = ImageDraw.Draw(funnel)
    for y in range(60, 672, 2):
        spread = 14 + (672 - y) ** 1.3 / 36
        middle = 960 + 50 * math.sin(y / 130)
        pen.line((middle - spread, y, middle + spread, y), fill=min(190, (y - 60) // 2), width=2)
    funnel = softly(funnel.convert("RGB"), 30, oval((860, 640, 1060, 690), WHITE)).convert("L")
    grain = noise(rng, (5, 14), 5).point([min(255, 110 + v) for v in range(256)])
    funnel = ImageChops.multiply(funnel.filter(ImageFilter.GaussianBlur(12)), grain)
    image.paste(Image.new("RGB", SIZE, (252, 222, 184)), (0, 0), funnel)
    image = shade(ground(image, rng, 0.74, 0.01, (140, 74, 44), haze=(96, 48, 30)), rng, (7, 40), 0.8, 650)
    rover(ImageDraw.Draw(image), 330, 720)
    return image


def rover(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """Draw a six-wheeled rover whose wheels stand at *y*."""
    pen.ellipse((x - 20, y + 34, x + 320, y + 62), fill=(84, 42, 26))
    for wheel in (0, 116, 232):
        pen.ellipse((x + wheel, y - 26, x + wheel + 72, y + 46), fill=(28, 26, 28), outline=(70, 66, 66), width=6)
        pen.ellipse((x + wheel + 26, y, x + wheel + 46, y + 20), fill=(130, 126, 124))
    pen.line(
        [(x + 36, y + 10), (x + 90, y - 60), (x + 150, y + 10), (x + 210, y - 60), (x + 268, y + 10)],
        fill=(96, 94, 98),
        width=10,
    )
    pen.rectangle((x + 20, y - 126, x + 290, y - 52), fill=(222, 214, 204), outline=(120, 112, 106), width=3)
    pen.rectangle((x + 20, y - 84, x + 290, y - 52), fill=(176, 166, 156))
    pen.polygon([(x - 40, y - 140), (x + 190, y - 150), (x + 214, y - 128), (x - 20, y - 122)], fill=(34, 40, 70))
    pen.line((x + 246, y - 126, x + 246, y - 262), fill=(206, 198, 190), width=10)
    pen.rounded_rectangle(
        (x + 208, y - 304, x + 292, y - 254), 10, fill=(232, 226, 218), outline=(120, 112, 106), width=3
    )
    for eye in (224, 256):
        pen.ellipse((x + eye, y - 292, x + eye + 24, y - 268), fill=(30, 34, 46))
    pen.line([(x + 290, y - 90), (x + 372, y - 140), (x + 424, y - 66)], fill=(150, 142, 136), width=9)


def splashdown(rng: random.Random) -> Image.Image:
    """Draw a capsule under three parachutes above the sea."""
    image = clouds(
        gradient((54, 120, 196), (120, 176, 224), (214, 230, 240)), rng, (4, 7), (120, 116, 110), 1.5, floor=120
    )
    image.paste(gradient((70, 130, 160), (18, 72, 112), (8, 40, 76), size=(WIDTH, 190)), (0, 770))
    image = shade(image, rng, (6, 90), 0.55, 772)
    pen = ImageDraw.Draw(image)
    for centre in ((560, 250), (1010, 230), (790, 170)):
        for i in range(9):
            left, right = centre[0] - 180 + i * 40, centre[0] - 140 + i * 40
            fill = (240, 106, 40) if i % 2 else (246, 244, 238)
            top = [centre[1] - 130 * math.sqrt(max(0.0, 1 - ((x - centre[0]) / 181) ** 2)) for x in (left, right)]
            pen.polygon(
                [
                    (left, centre[1]),
                    (left, top[0]),
                    ((left + right) / 2, min(top) - 4),
                    (right, top[1]),
                    (right, centre[1]),
                ],
                fill=fill,
            )
            pen.pieslice((left, centre[1] - 10, right, centre[1] + 12), 0, 180, fill=fill)
            pen.line((left + 20, centre[1] + 8, 790, 580), fill=(70, 80, 96), width=2)
    pen.polygon([(744, 580), (836, 580), (890, 706), (690, 706)], fill=(212, 208, 202))
    pen.polygon([(800, 580), (836, 580), (890, 706), (826, 706)], fill=(150, 146, 144))
    pen.chord((690, 676, 890, 734), 0, 180, fill=(60, 50, 46))
    for x in (742, 800):
        pen.rounded_rectangle((x, 622, x + 32, 652), 6, fill=(30, 42, 64))
    return image


def two_suns(rng: random.Random) -> Image.Image:
    """Draw a sunset with two suns on an airless-looking coast."""
    image = stars(gradient((28, 18, 62), (112, 44, 98), (232, 104, 92), (255, 196, 126)), rng, 160, 300)
    image = glow(glow(image, (980, 560), 90, (255, 214, 150)), (1150, 476), 40, (255, 130, 90))
    pen = ImageDraw.Draw(image)
    pen.ellipse((910, 490, 1050, 630), fill=(255, 246, 214))
    pen.ellipse((1118, 444, 1182, 508), fill=(255, 186, 138))
    for level, rough, colour in (
        (0.62, 0.05, (150, 62, 92)),
        (0.7, 0.04, (98, 36, 78)),
        (0.79, 0.035, (52, 18, 56)),
        (0.9, 0.03, (20, 8, 30)),
    ):
        image = ground(image, rng, level, rough, colour, haze=(colour[0] + 34, colour[1] + 34, colour[2] + 34))
    return image


def comet(rng: random.Random) -> Image.Image:
    """Draw a comet with two tails over dark hills."""
    image = stars(gradient((6, 10, 34), (14, 26, 66), (34, 62, 104), (120, 120, 116)), rng, 900, 760)
    head = (560, 560)
    for spread, blur, tip, colour in (
        (70, 26, (1440, 60), (190, 190, 170)),
        (26, 10, (1280, -60), (90, 150, 255)),
        (18, 9, (1400, 0), (200, 196, 180)),
    ):
        fan = [head, (tip[0] - spread, tip[1] - spread), (tip[0] + spread, tip[1] + spread)]
        layer = softly(Image.new("RGB", SIZE), blur, shape(fan, colour))
        fade = Image.linear_gradient("L").resize(SIZE).point([min(255, int(v * 1.35)) for v in range(256)])
        image = ImageChops.screen(image, ImageChops.multiply(layer, Image.merge("RGB", (fade, fade, fade))))
    image = glow(glow(image, head, 36, (160, 220, 210)), head, 13, WHITE)
    for level, rough, colour in ((0.84, 0.022, (22, 30, 44)), (0.9, 0.02, (10, 14, 22))):
        image = ground(image, rng, level, rough, colour)
    pen = ImageDraw.Draw(image)
    pen.rectangle((1180, 780, 1240, 850), fill=(8, 10, 16))
    pen.polygon([(1168, 784), (1210, 748), (1252, 784)], fill=(8, 10, 16))
    pen.rectangle((1202, 800, 1220, 820), fill=(255, 206, 120))
    return image


def ringed_planet(rng: random.Random) -> Image.Image:
    """Draw a ringed planet with a gap and a moonlet in it."""
    image = stars(Image.new("RGB", SIZE, (4, 5, 12)), rng, 500)
    rings = Image.new("RGBA", SIZE)
    pen = ImageDraw.Draw(rings)
    for reach in range(700, 372, -2):
        gap = 560 < reach < 584 or reach > 690
        tone = 120 + int(70 * math.sin(reach / 9) * math.sin(reach / 31)) + rng.randrange(26)
        colour = (20, 18, 20, 60) if gap else (min(255, tone + 40), min(255, tone + 22), tone, 226)
        pen.ellipse((800 - reach, 480 - reach * 0.3, 800 + reach, 480 + reach * 0.3), outline=colour, width=3)
    rings = rings.filter(ImageFilter.GaussianBlur(0.7))
    image.paste(rings, (0, 0), rings)
    ball = world(rng, 300, [(168, 120, 66), (222, 186, 128), (250, 234, 198)], (1, 15))
    image = sphere(image, ball, (800, 480), (-0.4, -0.35))
    front = rings.crop((0, 480, WIDTH, HEIGHT))
    image.paste(front, (0, 480), front)
    image = image.rotate(-16, Image.Resampling.BICUBIC, fillcolor=(4, 5, 12))
    return glow(softly(image, 1, oval((367, 515, 379, 527), WHITE)), (373, 521), 8, (200, 220, 255))


def earthrise(rng: random.Random) -> Image.Image:
    """Draw the Earth above a cratered plain."""
    image = stars(Image.new("RGB", SIZE, (1, 1, 5)), rng, 260, 600)
    globe = ImageChops.screen(
        world(rng, 150, [(6, 30, 92), (20, 84, 150), (60, 130, 90)], (3, 3)),
        tint(noise(rng, (3, 6), 6, (300, 300)).point([max(0, v - 130) * 2 for v in range(256)]), BLACK, WHITE),
    )
    image = sphere(image, globe, (1130, 250), (-0.5, -0.1), (20, 56, 120))
    image = ground(image, rng, 0.63, 0.02, (120, 118, 116), haze=(160, 158, 154))
    pen = ImageDraw.Draw(image)
    for i in range(90):
        y = 640 + i * 3.4
        x, size = rng.randrange(-60, WIDTH + 60), rng.uniform(6, 26) * (0.5 + (y - 600) / 150)
        pen.ellipse((x - size, y - size * 0.3, x + size, y + size * 0.3), fill=(176, 174, 170))
        pen.ellipse((x - size, y - size * 0.3, x + size * 0.92, y + size * 0.24), fill=(70, 68, 68))
        pen.ellipse((x - size * 0.8, y - size * 0.14, x + size * 0.92, y + size * 0.24), fill=(116, 113, 110))
    return shade(image, rng, (24, 30), 0.75, 600)


def black_hole(rng: random.Random) -> Image.Image:
    """Draw a black hole in a disc of hot gas."""
    image = stars(Image.new("RGB", SIZE, (5, 3, 8)), rng, 600)

    def disc_of_gas(pen: ImageDraw.ImageDraw) -> None:
        for reach in range(640, 190, -3):
            heat = 1 - (reach - 190) / 450
            tone = heat * (0.7 + 0.3 * rng.random())
            colour = (int(255 * min(1, 0.25 + tone)), int(210 * tone**1.3), int(150 * tone**2.4))
            pen.ellipse((800 - reach, 490 - reach * 0.2, 800 + reach, 490 + reach * 0.2), outline=colour, width=4)

    image = softly(image, 2, disc_of_gas)
    for blur, width, colour in ((26, 40, (255, 120, 40)), (5, 14, (255, 190, 110)), (1, 5, (255, 240, 210))):
        image = softly(image, blur, ring((592, 268, 1008, 684), colour, width))
    ImageDraw.Draw(image).ellipse((616, 292, 984, 660), fill=(2, 1, 3))
    front = softly(Image.new("RGB", SIZE), 2, disc_of_gas).crop((0, 500, WIDTH, HEIGHT))
    image.paste(ImageChops.screen(image.crop((0, 500, WIDTH, HEIGHT)), front), (0, 500))
    return image.rotate(12, Image.Resampling.BICUBIC, fillcolor=(5, 3, 8))


def solar_sail(rng: random.Random) -> Image.Image:
    """Draw a square sail near a cloudy planet."""
    image = stars(Image.new("RGB", SIZE, (6, 6, 16)), rng, 600)
    veil = world(rng, 330, [(176, 122, 62), (230, 190, 122), (255, 240, 206)], (3, 10))
    image = sphere(image, veil.rotate(24, fillcolor=(220, 180, 110)), (1290, 760), (-0.5, -0.45), (110, 80, 40))
    image = sun(image, (140, 110))
    pen, middle = ImageDraw.Draw(image), (640, 470)
    corners = [(640, 90), (1010, 400), (700, 860), (270, 560)]
    for i, tone in enumerate((236, 176, 132, 206)):
        a, b = corners[i], corners[(i + 1) % 4]
        for step in range(40, 0, -1):
            part = step / 40
            fold = int(tone * (0.72 + 0.28 * part) + 8 * math.sin(step))
            ends = [(middle[0] + (c[0] - middle[0]) * part, middle[1] + (c[1] - middle[1]) * part) for c in (a, b)]
            pen.polygon([middle, *ends], fill=(fold, int(fold * 0.97), int(fold * 0.9)))
    for corner in corners:
        pen.line([middle, corner], fill=(60, 62, 74), width=4)
    pen.rectangle((618, 448, 662, 492), fill=(200, 160, 70), outline=(60, 50, 30), width=3)
    return image


def star_trails(rng: random.Random) -> Image.Image:
    """Draw star trails above two observatory domes."""
    image = gradient((8, 12, 34), (18, 34, 70), (46, 66, 96), (150, 110, 92))
    pole = (900, 330)

    def trails(pen: ImageDraw.ImageDraw) -> None:
        for _ in range(420):
            reach, start = rng.uniform(14, 1250), rng.uniform(0, 360)
            tone, warmth = int(60 + 180 * rng.random() ** 2), rng.randrange(-24, 24)
            box = (pole[0] - reach, pole[1] - reach, pole[0] + reach, pole[1] + reach)
            pen.arc(
                box,
                start,
                start + 38,
                fill=(min(255, tone + warmth), tone, min(255, tone - warmth + 10)),
                width=rng.choice((1, 2, 2, 3)),
            )

    image = softly(image, 0.8, trails)
    image = ground(image, rng, 0.82, 0.02, (16, 18, 28))
    pen = ImageDraw.Draw(image)
    for x, y, size in ((420, 800, 150), (1080, 830, 96)):
        pen.rectangle((x - size, y - size * 0.2, x + size, y + 90), fill=(40, 44, 58))
        pen.pieslice((x - size, y - size * 1.2, x + size, y + size * 0.8), 180, 360, fill=(188, 190, 198))
        pen.pieslice((x - size * 0.2, y - size * 1.2, x + size, y + size * 0.8), 270, 360, fill=(134, 136, 150))
        pen.polygon(
            [
                (x - size * 0.2, y - size * 1.18),
                (x + size * 0.16, y - size * 1.19),
                (x + size * 0.2, y - size * 0.3),
                (x - size * 0.24, y - size * 0.3),
            ],
            fill=(22, 20, 26),
        )
        pen.rectangle((x - 16, y + 20, x + 16, y + 80), fill=(255, 196, 110))
    return image


def volcano(rng: random.Random) -> Image.Image:
    """Draw a volcano under the thick sky of a hot planet."""
    image = clouds(
        gradient((92, 44, 18), (176, 96, 34), (236, 158, 70), (214, 120, 48)),
        rng,
        (3, 10),
        (90, 60, 20),
        1.4,
        floor=100,
    )
    image = ground(image, rng, 0.66, 0.02, (166, 88, 40), haze=(196, 110, 52))
    mask = Image.new("L", SIZE)
    cone = [(180, 960), (560, 520), (660, 372), (720, 346), (860, 350), (930, 384), (1060, 530), (1500, 960)]
    ImageDraw.Draw(mask).polygon(cone, fill=255)
    rock = shade(gradient((96, 46, 26), (84, 40, 24), (120, 60, 30)), rng, (16, 8), 0.8, 0)
    image.paste(rock, (0, 0), mask.filter(ImageFilter.GaussianBlur(2)))
    flow = [(790, 350), (770, 430), (830, 520), (800, 640), (880, 760), (850, 900), (900, 980)]
    for blur, width, colour in ((26, 44, (255, 80, 20)), (6, 18, (255, 150, 40)), (2, 7, (255, 240, 170))):
        image = softly(image, blur, stroke(flow, colour, width))
    image = glow(image, (790, 320), 90, (255, 150, 70))
    return ground(image, rng, 0.9, 0.02, (46, 20, 14))


def aurora(rng: random.Random) -> Image.Image:
    """Draw green and violet curtains over a curved horizon, seen from orbit."""
    image = earth_limb(rng, -60)
    for base, colour, shift in ((600, (40, 230, 130), 0.0), (560, (40, 200, 190), 1.7), (520, (150, 60, 220), 3.1)):

        def curtain(pen: ImageDraw.ImageDraw, base: int = base, colour: Colour = colour, shift: float = shift) -> None:
            for x in range(0, WIDTH, 2):
                foot = base + 60 * math.sin(x / 210 + shift) + 22 * math.sin(x / 57 + shift * 2) + ((x - 800) / 90) ** 2
                tall = 130 + 90 * math.sin(x / 33 + shift) * math.sin(x / 140) + rng.randrange(40)
                for part in range(12):
                    fade = (1 - part / 12) ** 1.6
                    tone = (int(colour[0] * fade), int(colour[1] * fade), int(colour[2] * fade))
                    pen.line((x, foot - tall * part / 12, x, foot - tall * (part + 1) / 12), fill=tone, width=2)

        image = softly(image, 5, curtain)
    return image


def orbit_chart(_: random.Random) -> Image.Image:
    """Draw a chart of a rescue: two orbits and the way between them."""
    image = Image.new("RGB", SIZE, (14, 28, 54))
    pen = ImageDraw.Draw(image)
    for x in range(0, WIDTH, 80):
        pen.line((x, 0, x, HEIGHT), fill=(22, 40, 72))
    for y in range(0, HEIGHT, 80):
        pen.line((0, y, WIDTH, y), fill=(22, 40, 72))
    centre = (760, 535)
    pen.line(arc_points(centre, (360, 300), 0, math.tau), fill=(96, 200, 255), width=5)
    pen.line(arc_points(centre, (620, 370), 0, math.tau), fill=(255, 178, 84), width=5)
    way = arc_points((centre[0] - 130, centre[1]), (490, 336), 0, math.pi)
    for i in range(0, 198, 6):
        pen.line(way[i : i + 4], fill=(240, 240, 240), width=5)
    pen.ellipse((650, 425, 870, 645), fill=(36, 110, 176), outline=(150, 210, 255), width=5)
    for place, text, colour in (
        (way[0], "tug leaves", (96, 200, 255)),
        (way[-1], "catch", (240, 240, 240)),
        ((centre[0] + 620, centre[1]), "Petrel 4", (255, 178, 84)),
    ):
        pen.ellipse((place[0] - 15, place[1] - 15, place[0] + 15, place[1] + 15), fill=colour)
        pen.text((place[0] + 24, place[1] - 44), text, fill=colour, font_size=34)
    pen.text((60, 50), "How the tug Barnacle reached Petrel 4", fill=(220, 232, 250), font_size=46)
    return image


def light_curve(rng: random.Random) -> Image.Image:
    """Draw a chart of brightness over nights: a bump every nine nights."""
    image = Image.new("RGB", SIZE, (250, 250, 246))
    pen = ImageDraw.Draw(image)
    pen.text((120, 50), "Brightness of the core, 45 nights", fill=(30, 34, 50), font_size=46)
    for level in range(180, 821, 128):
        pen.line((120, level, 1520, level), fill=(216, 218, 222), width=2)
    points = []
    for night in range(181):
        x = 120 + night * 1400 / 180
        bump = max(0.0, math.cos((night / 4 - 4) * math.tau / 9)) ** 14
        points.append((x, 700 - 430 * bump - rng.gauss(0, 9)))
    pen.line(points, fill=(196, 62, 70), width=5, joint="curve")
    for x, y in points[::4]:
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=(30, 34, 50))
    for night in range(0, 46, 9):
        pen.text((110 + night * 1400 / 45, 840), str(night), fill=(70, 74, 90), font_size=32)
    pen.text((740, 890), "nights", fill=(70, 74, 90), font_size=32)
    pen.line((120, 820, 1520, 820), fill=(30, 34, 50), width=4)
    return image


SCENES: dict[str, Callable[[random.Random], Image.Image]] = {
    scene.__name__: scene
    for scene in (
        night_launch, barge_landing, ice_moon, station, tomatoes, rose_nebula, harbour_nebula, spiral_galaxy,
        star_cluster, dust_devil, splashdown, two_suns, comet, ringed_planet, earthrise, black_hole, solar_sail,
        star_trails, volcano, aurora, orbit_chart, light_curve,
    )
}  # fmt: skip
