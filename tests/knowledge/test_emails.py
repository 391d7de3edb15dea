from knowledge.emails import decode_in_html, decode_in_text


def hidden(address: str, key: int = 0x5A) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


def test_cloudflare_addresses_are_decoded() -> None:
    html = f'<p>Write to <a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="{hidden("a@b.example")}">[email&#160;protected]</a>.</p>'
    assert decode_in_html(html) == "<p>Write to a@b.example.</p>"


def test_cloudflare_links_are_decoded() -> None:
    html = f'<a href="/cdn-cgi/l/email-protection#{hidden("senco@oak.example")}">Mail us</a>'
    assert decode_in_html(html) == "senco@oak.example"


def test_addresses_spelt_out_are_joined() -> None:
    assert decode_in_text("senco [at] oak [dot] example") == "senco@oak.example"
    assert decode_in_text("senco(at)oak.example.org") == "senco@oak.example.org"
    assert decode_in_text("Write to jo dot finch [at] oak [dot] example") == "Write to jo.finch@oak.example"
    assert decode_in_text("senco AT oak DOT example DOT org") == "senco@oak.example.org"


def test_addresses_written_backwards_are_turned_round() -> None:
    assert (
        decode_in_html('<span style="unicode-bidi:bidi-override;direction: rtl">elpmaxe.kao@ocnes</span>') == "senco@oak.example"
    )


def test_what_cannot_be_decoded_is_dropped() -> None:
    assert "protected" not in decode_in_text("Write to [email protected] or ring.")
    joomla = "This email address is being protected from spambots. You need JavaScript enabled to view it."
    assert "spambots" not in decode_in_text(f"E-mail: {joomla}")


def test_broken_codes_show_nothing() -> None:
    assert decode_in_html('<a data-cfemail="zz">[email protected]</a>') != ""
    assert decode_in_html('<span data-cfemail="abcdefa">x</span>') == ""
