"""boilerplate.py: calls to subscribe, follow and share are no text; sentences that begin like one are."""

from __future__ import annotations

import pytest

from spacenews.extraction.blocks import RawBlock
from spacenews.extraction.boilerplate import remove_boilerplate
from spacenews.site import Site


class Example(Site):
    allowed_domains = ("www.example.com",)


def kept(text: str) -> bool:
    return bool(remove_boilerplate([RawBlock("paragraph", text)], Example()).blocks)


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe",
        "Subscribe now!",
        "Sign up here",
        "Subscribe to our newsletter",
        "Sign up for our newsletter, it is free.",
        "Sign up for the Example News newsletter and get the week in space every Friday. Unsubscribe at any time.",
        "Subscribe to our channel on YouTube for more.",
        "Subscribe to Example News today and save half the price!",
        "Join up to get our weekly newsletters.",
        "Subscribe to Example News on YouTube",
        "Subscribe to EXAMPLE and stay curious with more of your favourite dunes.",
        "Follow on social media: TikTok | Newsletter",
        "SHARE ON",
        "Get the latest space news delivered to your inbox every week.",
        "Get breaking news in your inbox. By signing up you agree to our terms.",
        "Follow us on Twitter @example and on Facebook.",
        "Follow Mira Quill on Twitter @miraquill. Follow us @example.",
        "You can follow Mira on Mastodon or Bluesky.",
        "Follow Example.com on X and Instagram.",
        "Follow @example for updates.",
        "Share this article",
        "Share this:",
        "Share on Facebook",
        "Share via email",
        "Share with your friends",
        "Email Mira Quill at mira@example.com or follow her.",
        "Contact us via news@example.com for corrections.",
        "Join our Space Forums to keep talking space! And if you have a tip, let us know.",
        "Advertisement",
        "Story continues below advertisement",
        "Scroll to continue with content",
        "This site uses cookies to improve your visit.",
        "Read more",
        "More from Example News",
        "More stories about dunes",
        "Related: Dunes",
        "Image 1 of 7",
        "© Reuters",
        "© 2026 The Example Press. All rights reserved.",
        "Loading...",
    ],
)
def test_calls_and_labels_are_no_text(line: str) -> None:
    if line == "Related: Dunes":
        assert kept(line), "a label with words of its own is a paragraph"
    else:
        assert not kept(line)


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to the theory or not: the data are clear.",
        "Subscribe to nothing you cannot measure, the old rule says.",
        "Sign up for the mission was slow at first.",
        "Sign up to fly, the agency asked, and eight thousand did.",
        "Get the signal down to your level of noise first.",
        "Get enough dust to your inbox and the rover stops, said the engineer.",
        "Follow the water, NASA used to say, on Twitter and elsewhere.",
        "Follow the trail of dust: it leads to the comet.",
        "Follow that star on its way and you see a planet.",
        "Share this planet with eight billion others and you learn to wait.",
        "Share with a neighbour star enough gas, and it shines again.",
        "Share on share the company grew.",
        "Contact with the probe was lost at dawn.",
        "Email traffic at the observatory doubled.",
        "Join our two telescopes by fibre and you have one of a hundred metres.",
        "More on the probe follows tomorrow.",
        "More about that night is in the log.",
        "More from the summit: delegates agree.",
        "Watch the sky now.",
        "The story continues after landing.",
        "Loading the sample took a day.",
        "Sponsored content was found on the probe's disk.",
        "Advertisements paid for the first telescopes.",
        "Read more slowly and you see it.",
        "Related probes were lost.",
        "© is the sign for it, says the lawyer of the observatory.",
    ],
)
def test_sentences_that_begin_like_a_call_are_text(line: str) -> None:
    assert kept(line)
