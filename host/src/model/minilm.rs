//! all-MiniLM-L6-v2 from its published weights to ONNX: six layers of self-attention over token ids.
//! Pools and normalises nothing; whoever runs the graph does.

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, SafeTensorError};

use crate::settings::Precision;

use super::graph::{GraphBuilder, Onnx, float, integer, integers, to_f32};
use super::onnx::Size;
use super::quantize::{self, Quantized};

const LAYERS: usize = 6;
const WIDTH: usize = 384;
const INNER_WIDTH: usize = 4 * WIDTH;
const HEADS: usize = 12;
const HEAD_WIDTH: usize = WIDTH / HEADS;
const VOCABULARY: usize = 30_522;
const POSITIONS: usize = 512;
const TOKEN_TYPES: usize = 2;

#[derive(Debug, thiserror::Error)]
pub enum ConversionError {
    #[error("the weights are no safetensors file of this model")]
    Format(#[from] SafeTensorError),
    #[error("the weights' {name} is {found}, not F32 {wanted:?}")]
    Tensor { name: String, found: String, wanted: Vec<usize> },
}

/// The model whose safetensors file is `weights`; the graph refers to the other file as `numbers_file`.
pub(super) fn to_onnx(weights: &[u8], precision: Precision, numbers_file: &str) -> Result<Onnx, ConversionError> {
    let weights = Weights(SafeTensors::deserialize(weights)?);
    let mut encoder = Encoder { weights, graph: GraphBuilder::new(numbers_file), precision };
    encoder.graph.input("input_ids", &["batch", "tokens"]);
    encoder.graph.input("attention_mask", &["batch", "tokens"]);
    let mut state = encoder.embeddings()?;
    let mask = encoder.mask();
    encoder.head_shapes();
    for layer in 0..LAYERS {
        state = encoder.layer(&format!("encoder.layer.{layer}"), &state, &mask)?;
    }
    let named = |name: &str| Size::Named(name.to_owned());
    encoder.graph.output("last_hidden_state", &state, vec![named("batch"), named("tokens"), Size::Fixed(WIDTH as i64)]);
    Ok(encoder.graph.finish("all-MiniLM-L6-v2"))
}

struct Weights<'file>(SafeTensors<'file>);

impl Weights<'_> {
    fn numbers(&self, name: &str, wanted: &[usize]) -> Result<Vec<f32>, ConversionError> {
        let tensor = self.0.tensor(name)?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != wanted {
            let found = format!("{} {:?}", tensor.dtype(), tensor.shape());
            return Err(ConversionError::Tensor { name: name.to_owned(), found, wanted: wanted.to_vec() });
        }
        let (numbers, _) = tensor.data().as_chunks::<4>();
        Ok(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }

    /// A dense layer's matrix as `inputs` rows; it is stored with a row for each output.
    fn transposed(&self, name: &str, inputs: usize, outputs: usize) -> Result<Vec<f32>, ConversionError> {
        let stored = self.numbers(name, &[outputs, inputs])?;
        Ok((0..inputs).flat_map(|row| stored.iter().skip(row).step_by(inputs).copied()).collect())
    }
}

/// What a dense layer takes: the numbers, or their 8-bit form, made once for all layers that share them.
enum Activation {
    Float(String),
    Quantized { values: String, scale: String, zero: String },
}

/// The size and place of a dense layer.
struct Dense {
    name: String,
    inputs: usize,
    outputs: usize,
    /// A constant factor of its results.
    factor: f32,
}

impl Dense {
    fn new(name: String, inputs: usize, outputs: usize) -> Self {
        Self { name, inputs, outputs, factor: 1.0 }
    }
}

struct Encoder<'file> {
    weights: Weights<'file>,
    graph: GraphBuilder,
    precision: Precision,
}

impl Encoder<'_> {
    /// Word and position. Each text is one sentence, so the vector of the first token type is part of every position.
    fn embeddings(&mut self) -> Result<String, ConversionError> {
        let token_types = self.weights.numbers("embeddings.token_type_embeddings.weight", &[TOKEN_TYPES, WIDTH])?;
        let mut positions = self.weights.numbers("embeddings.position_embeddings.weight", &[POSITIONS, WIDTH])?;
        for (number, first_type) in positions.iter_mut().zip(token_types[..WIDTH].iter().cycle()) {
            *number += first_type;
        }
        let positions = self.graph.f32s("positions", &[POSITIONS, WIDTH], &positions);
        let start = self.graph.i64s("zero", &[0]);
        let end = self.graph.node("Shape", ["input_ids"], vec![integer("start", 1), integer("end", 2)]);
        let positions = self.graph.node("Slice", [&positions, &start, &end, &start], vec![]);
        let words = self.words()?;
        let sum = self.graph.node("Add", [&words, &positions], vec![]);
        self.normalise("embeddings.LayerNorm", &sum)
    }

    fn words(&mut self) -> Result<String, ConversionError> {
        let table = self.weights.numbers("embeddings.word_embeddings.weight", &[VOCABULARY, WIDTH])?;
        match self.precision {
            Precision::Fp32 => {
                let table = self.graph.f32s("words", &[VOCABULARY, WIDTH], &table);
                Ok(self.graph.node("Gather", [&table, "input_ids"], vec![]))
            }
            Precision::Int8 => {
                let Quantized { values, scales } = quantize::per_row(&table, WIDTH);
                let table = self.graph.i8s("words", &[VOCABULARY, WIDTH], &values);
                let scales = self.graph.f32s("words.scales", &[VOCABULARY, 1], &scales);
                let values = self.graph.node("Gather", [&table, "input_ids"], vec![]);
                let values = self.graph.node("Cast", [&values], vec![to_f32()]);
                let scales = self.graph.node("Gather", [&scales, "input_ids"], vec![]);
                Ok(self.graph.node("Mul", [&values, &scales], vec![]))
            }
        }
    }

    /// What is added to the attention scores: nothing for a token, much below zero for padding.
    fn mask(&mut self) -> String {
        let one = self.graph.f32s("one", &[], &[1.0]);
        let padding = self.graph.f32s("padding", &[], &[-1e4]);
        let axes = self.graph.i64s("mask.axes", &[1, 2]);
        let mask = self.graph.node("Cast", ["attention_mask"], vec![to_f32()]);
        let mask = self.graph.node("Unsqueeze", [&mask, &axes], vec![]);
        let mask = self.graph.node("Sub", [&one, &mask], vec![]);
        self.graph.node("Mul", [&mask, &padding], vec![])
    }

    fn head_shapes(&mut self) {
        self.graph.i64s("split", &[0, 0, HEADS as i64, HEAD_WIDTH as i64]);
        self.graph.i64s("join", &[0, 0, WIDTH as i64]);
    }

    fn layer(&mut self, name: &str, state: &str, mask: &str) -> Result<String, ConversionError> {
        let attended = self.attention(name, state, mask)?;
        let attended = self.activation(&attended);
        let attended = self.dense(&attended, &Dense::new(format!("{name}.attention.output.dense"), WIDTH, WIDTH))?;
        let sum = self.graph.node("Add", [&attended, state], vec![]);
        let state = self.normalise(&format!("{name}.attention.output.LayerNorm"), &sum)?;
        let inner = self.activation(&state);
        let inner = self.dense(&inner, &Dense::new(format!("{name}.intermediate.dense"), WIDTH, INNER_WIDTH))?;
        let inner = self.graph.node("Gelu", [&inner], vec![]);
        let inner = self.activation(&inner);
        let output = self.dense(&inner, &Dense::new(format!("{name}.output.dense"), INNER_WIDTH, WIDTH))?;
        let sum = self.graph.node("Add", [&output, &state], vec![]);
        self.normalise(&format!("{name}.output.LayerNorm"), &sum)
    }

    fn attention(&mut self, name: &str, state: &str, mask: &str) -> Result<String, ConversionError> {
        let state = self.activation(state);
        let part = |part: &str| Dense::new(format!("{name}.attention.self.{part}"), WIDTH, WIDTH);
        let query = Dense { factor: 1.0 / (HEAD_WIDTH as f32).sqrt(), ..part("query") };
        let query = self.heads(&state, &query, &[0, 2, 1, 3])?;
        let key = self.heads(&state, &part("key"), &[0, 2, 3, 1])?;
        let value = self.heads(&state, &part("value"), &[0, 2, 1, 3])?;
        let scores = self.graph.node("MatMul", [&query, &key], vec![]);
        let scores = self.graph.node("Add", [&scores, mask], vec![]);
        let shares = self.graph.node("Softmax", [&scores], vec![integer("axis", -1)]);
        let attended = self.graph.node("MatMul", [&shares, &value], vec![]);
        let attended = self.graph.node("Transpose", [&attended], vec![integers("perm", &[0, 2, 1, 3])]);
        Ok(self.graph.node("Reshape", [&attended, "join"], vec![]))
    }

    fn heads(&mut self, state: &Activation, dense: &Dense, order: &[i64]) -> Result<String, ConversionError> {
        let result = self.dense(state, dense)?;
        let heads = self.graph.node("Reshape", [&result, "split"], vec![]);
        Ok(self.graph.node("Transpose", [&heads], vec![integers("perm", order)]))
    }

    fn activation(&mut self, numbers: &str) -> Activation {
        match self.precision {
            Precision::Fp32 => Activation::Float(numbers.to_owned()),
            Precision::Int8 => {
                let [values, scale, zero] = self.graph.node_with_outputs("DynamicQuantizeLinear", [numbers], vec![]);
                Activation::Quantized { values, scale, zero }
            }
        }
    }

    fn dense(&mut self, activation: &Activation, dense: &Dense) -> Result<String, ConversionError> {
        let &Dense { ref name, inputs, outputs, factor } = dense;
        let mut matrix = self.weights.transposed(&format!("{name}.weight"), inputs, outputs)?;
        let mut bias = self.weights.numbers(&format!("{name}.bias"), &[outputs])?;
        matrix.iter_mut().chain(&mut bias).for_each(|number| *number *= factor);
        let product = match activation {
            Activation::Float(numbers) => {
                let matrix = self.graph.f32s(&format!("{name}.matrix"), &[inputs, outputs], &matrix);
                self.graph.node("MatMul", [numbers, &matrix], vec![])
            }
            Activation::Quantized { values, scale, zero } => {
                let Quantized { values: matrix, scales } = quantize::per_column(&matrix, outputs);
                let matrix = self.graph.i8s(&format!("{name}.matrix"), &[inputs, outputs], &matrix);
                let scales = self.graph.f32s(&format!("{name}.scales"), &[outputs], &scales);
                let product = self.graph.node("MatMulInteger", [values, &matrix, zero], vec![]);
                let product = self.graph.node("Cast", [&product], vec![to_f32()]);
                let scales = self.graph.node("Mul", [scale, &scales], vec![]);
                self.graph.node("Mul", [&product, &scales], vec![])
            }
        };
        let bias = self.graph.f32s(&format!("{name}.bias"), &[outputs], &bias);
        Ok(self.graph.node("Add", [&product, &bias], vec![]))
    }

    fn normalise(&mut self, name: &str, numbers: &str) -> Result<String, ConversionError> {
        let weight = self.weights.numbers(&format!("{name}.weight"), &[WIDTH])?;
        let bias = self.weights.numbers(&format!("{name}.bias"), &[WIDTH])?;
        let weight = self.graph.f32s(&format!("{name}.weight"), &[WIDTH], &weight);
        let bias = self.graph.f32s(&format!("{name}.bias"), &[WIDTH], &bias);
        let attributes = vec![integer("axis", -1), float("epsilon", 1e-12)];
        Ok(self.graph.node("LayerNormalization", [numbers, &weight, &bias], attributes))
    }
}
