"""The reference for leindex-embed's transformer: the models of `transformers` (PyPI), in single precision.

    transformer.py write FOLDER          makes the small random models of tests/models, each with its reference rows
    transformer.py compare MODEL ROWS    compares ROWS (what `examples/embed.rs` prints) with the reference for the texts
                                         on standard input, a JSON string a line

Needs torch, transformers and tokenizers; what `write` makes was made with torch 2.15 and transformers 5.23.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel, NomicBertConfig, NomicBertModel

TEXTS = [
    "",
    "a",
    "fn add(a: u32, b: u32) -> u32 { a + b }",
    "def read_settings(path):\n    \"\"\"Reads the settings from a file.\"\"\"\n    return json.loads(path.read_text())",
    "Where are settings read from disk?",
    "class Queue:\n    def push(self, item): self.items.append(item)\n    def pop(self): return self.items.pop(0)",
    "Größe, naïve, Ελλάδα, 東京, עברית",
    "🦀 crab 👩‍👩‍👧 family \u0000 nul \u200b none",
    "for (let i = 0; i < n; i++) { total += values[i] * weights[i]; }",
    " ".join(f"word{i} = other[{i}];" for i in range(200)),
    "   \n\t ",
    "supercalifragilisticexpialidocious" * 4,
]
QUERY_PREFIX = "Represent this query for searching relevant code: "


def tokenizer(pieces):
    """A tokenizer of bert's make, learned from the texts."""
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=pieces, special_tokens=special, show_progress=False))
    cls, sep = made.token_to_id("[CLS]"), made.token_to_id("[SEP]")
    made.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)]
    )
    return made


def randomise(model):
    """Weights large enough that every part of the computation shows in the result."""
    torch.manual_seed(7)
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            is_norm = "norm" in name.lower()
            tensor.normal_(1.0 if is_norm and name.endswith("weight") else 0.0, 0.2)


def embed(model, split, texts, most, pooling):
    """Unit vectors of texts, in one padded batch."""
    encoded = [split.encode(text).ids[: most - 1] + split.encode(text).ids[-1:] if len(split.encode(text).ids) > most else split.encode(text).ids for text in texts]
    longest = max(map(len, encoded))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in encoded])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in encoded])
    with torch.no_grad():
        tokens = model(input_ids=ids, attention_mask=mask).last_hidden_state
    if pooling == "cls":
        rows = tokens[:, 0]
    else:
        rows = (tokens * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    return torch.nn.functional.normalize(rows, dim=1)


def write_model(folder, model, split, config, texts, most, pooling, dtype, queries):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    weights = {name: tensor.to(dtype).contiguous() for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors")
    model = type(model).from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32).eval()
    split.save(str(folder / "tokenizer.json"), pretty=False)
    config = config or {
        name: value
        for name, value in json.loads((folder / "config.json").read_text()).items()
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    rows = embed(model, split, texts, most, pooling)
    alone = torch.cat([embed(model, split, [text], most, pooling) for text in texts])
    assert (rows - alone).abs().max() < 1e-6, "padding shows"
    prefixed = embed(model, split, [queries + text for text in texts], most, pooling)
    reference = [
        {"text": text, "document": [round(v, 8) for v in row], "query": [round(v, 8) for v in query]}
        for text, row, query in zip(texts, rows.tolist(), prefixed.tolist())
    ]
    lines = ",\n".join(json.dumps(entry) for entry in reference)
    (folder / "reference.json").write_text(f"[\n{lines}\n]\n")


def write(folder):
    split = tokenizer(320)
    pieces = split.get_vocab_size()
    bert = BertConfig(
        vocab_size=pieces, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_position_embeddings=64
    )
    model = BertModel(bert, add_pooling_layer=False)
    randomise(model)
    write_model(folder / "bert", model, split, None, TEXTS, 64, "mean", torch.float32, "")

    nomic = NomicBertConfig(
        vocab_size=pieces, hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=64, max_position_embeddings=96,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0},
    )
    model = NomicBertModel(nomic, add_pooling_layer=False)
    randomise(model)
    # As the published checkpoints spell it.
    published = {
        "activation_function": "swiglu", "architectures": ["NomicBertModel"], "attn_pdrop": 0.0, "bos_token_id": None, "causal": False,
        "dense_seq_output": True, "embd_pdrop": 0.0, "eos_token_id": None, "fused_bias_fc": True, "fused_dropout_add_ln": True,
        "initializer_range": 0.02, "layer_norm_epsilon": 1e-12, "max_trained_positions": 96, "mlp_fc1_bias": False,
        "mlp_fc2_bias": False, "model_type": "nomic_bert", "n_embd": 48, "n_head": 3, "n_inner": 64, "n_layer": 2, "n_positions": 96,
        "pad_vocab_size_multiple": 64, "parallel_block": False, "parallel_block_tied_norm": False, "prenorm": False,
        "qkv_proj_bias": False, "reorder_and_upcast_attn": False, "resid_pdrop": 0.0, "rotary_emb_base": 1000,
        "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": False, "rotary_emb_scale_base": None, "rotary_scaling_factor": None,
        "scale_attn_by_inverse_layer_idx": False, "scale_attn_weights": True, "summary_activation": None,
        "summary_first_dropout": 0.0, "summary_proj_to_labels": True, "summary_type": "cls_index", "summary_use_proj": True,
        "torch_dtype": "float16", "transformers_version": "4.37.2", "type_vocab_size": 2, "use_cache": True, "use_flash_attn": True,
        "use_rms_norm": False, "use_xentropy": True, "vocab_size": pieces,
    }  # fmt: skip
    write_model(folder / "nomic_bert", model, split, published, TEXTS, 96, "cls", torch.float16, QUERY_PREFIX)


def compare(folder, found):
    texts = [json.loads(line) for line in sys.stdin]
    rows = [json.loads(line) for line in found.read_text().splitlines()]
    assert len(texts) == len(rows), f"{len(texts)} texts, {len(rows)} rows"
    split, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    worst = 0.0
    for text, row in zip(texts, rows):
        encoded = split(text, truncation=True, max_length=model.config.max_position_embeddings, return_tensors="pt")
        with torch.no_grad():
            tokens = model(**encoded).last_hidden_state[0]
        vector = tokens[0] if model.config.model_type == "nomic_bert" else tokens.mean(0)
        worst = max(worst, (vector / vector.norm() - torch.tensor(row)).abs().max().item())
    print(f"{len(texts)} texts, largest difference {worst:.1e}")
    return worst <= 1e-5


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", folder]:
            write(Path(folder))
        case ["compare", folder, rows]:
            sys.exit(not compare(folder, Path(rows)))
        case _:
            sys.exit(__doc__)
