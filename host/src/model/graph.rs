//! Builds an ONNX graph node by node; every result has a name by which the next node takes it. Knows no particular
//! model.

use prost::Message;

use super::onnx::{
    Attribute, AttributeKind, Dimension, Element, Entry, Graph, IR_VERSION, Location, Model, Node, OPERATOR_SET,
    OperatorSet, Shape, Size, Tensor, TensorKind, Value, ValueKind,
};

/// Constants from this size on go to the second file, which the runtime maps into memory: its pages are shared by all
/// sessions, and those of the word table that no text needs are never read.
const MAPPED_MIN_BYTES: usize = 64 << 10;

/// Where a mapped constant may begin.
const PAGE_BYTES: usize = 4096;

/// The two files of a model.
pub(super) struct Onnx {
    pub(super) graph: Vec<u8>,
    pub(super) numbers: Vec<u8>,
}

/// A graph under construction.
pub(super) struct GraphBuilder {
    graph: Graph,
    numbers: Vec<u8>,
    numbers_file: String,
}

impl GraphBuilder {
    /// `numbers_file` is the name by which the graph will refer to its second file, in the same directory.
    pub(super) fn new(numbers_file: &str) -> Self {
        Self { graph: Graph::default(), numbers: Vec::new(), numbers_file: numbers_file.to_owned() }
    }

    /// Adds a node with one result and gives its name.
    pub(super) fn node<const N: usize>(
        &mut self,
        operator: &str,
        inputs: [&str; N],
        attributes: Vec<Attribute>,
    ) -> String {
        let [output] = self.node_with_outputs(operator, inputs, attributes);
        output
    }

    pub(super) fn node_with_outputs<const N: usize, const OUTPUTS: usize>(
        &mut self,
        operator: &str,
        inputs: [&str; N],
        attributes: Vec<Attribute>,
    ) -> [String; OUTPUTS] {
        let name = format!("{operator}_{}", self.graph.nodes.len());
        let outputs: [String; OUTPUTS] = std::array::from_fn(|index| format!("{name}.{index}"));
        self.graph.nodes.push(Node {
            inputs: inputs.map(str::to_owned).into(),
            outputs: outputs.clone().into(),
            name,
            operator: operator.to_owned(),
            attributes,
        });
        outputs
    }

    pub(super) fn f32s(&mut self, name: &str, shape: &[usize], numbers: &[f32]) -> String {
        self.constant(name, shape, Element::F32, numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    pub(super) fn i8s(&mut self, name: &str, shape: &[usize], numbers: &[i8]) -> String {
        self.constant(name, shape, Element::I8, numbers.iter().map(|number| number.to_le_bytes()[0]).collect())
    }

    pub(super) fn i64s(&mut self, name: &str, numbers: &[i64]) -> String {
        let raw = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(name, &[numbers.len()], Element::I64, raw)
    }

    fn constant(&mut self, name: &str, shape: &[usize], element: Element, raw: Vec<u8>) -> String {
        let shape = shape.iter().map(|size| i64::try_from(*size).expect("a tensor in memory is smaller")).collect();
        let mut tensor = Tensor { shape, element: element.into(), name: name.to_owned(), ..Tensor::default() };
        if raw.len() < MAPPED_MIN_BYTES {
            tensor.raw = Some(raw);
        } else {
            tensor.location = Location::External.into();
            tensor.external = self.append(&raw);
        }
        self.graph.constants.push(tensor);
        name.to_owned()
    }

    /// Puts `raw` into the second file, and says where it is there.
    fn append(&mut self, raw: &[u8]) -> Vec<Entry> {
        self.numbers.resize(self.numbers.len().next_multiple_of(PAGE_BYTES), 0);
        let offset = self.numbers.len();
        self.numbers.extend_from_slice(raw);
        let entry = |key: &str, value: String| Entry { key: key.to_owned(), value };
        vec![
            entry("location", self.numbers_file.clone()),
            entry("offset", offset.to_string()),
            entry("length", raw.len().to_string()),
        ]
    }

    /// Declares an input of whole numbers whose sizes differ from run to run.
    pub(super) fn input(&mut self, name: &str, dimensions: &[&str]) {
        let sizes = dimensions.iter().map(|name| Size::Named((*name).to_owned())).collect();
        self.graph.inputs.push(value(name, Element::I64, sizes));
    }

    /// Names `result` as the output of the graph.
    pub(super) fn output(&mut self, name: &str, result: &str, sizes: Vec<Size>) {
        self.graph.nodes.push(Node {
            inputs: vec![result.to_owned()],
            outputs: vec![name.to_owned()],
            name: name.to_owned(),
            operator: "Identity".to_owned(),
            attributes: Vec::new(),
        });
        self.graph.outputs.push(value(name, Element::F32, sizes));
    }

    pub(super) fn finish(mut self, name: &str) -> Onnx {
        self.graph.name = name.to_owned();
        let model = Model {
            ir_version: IR_VERSION,
            producer_name: env!("CARGO_PKG_NAME").to_owned(),
            graph: Some(self.graph),
            operator_sets: vec![OperatorSet { domain: String::new(), version: OPERATOR_SET }],
        };
        Onnx { graph: model.encode_to_vec(), numbers: self.numbers }
    }
}

fn value(name: &str, element: Element, sizes: Vec<Size>) -> Value {
    let dimensions = sizes.into_iter().map(|size| Dimension { size: Some(size) }).collect();
    let tensor = TensorKind { element: element.into(), shape: Some(Shape { dimensions }) };
    Value { name: name.to_owned(), kind: Some(ValueKind { tensor: Some(tensor) }) }
}

pub(super) fn float(name: &str, value: f32) -> Attribute {
    let kind = AttributeKind::Float.into();
    Attribute { name: name.to_owned(), float: Some(value), kind, ..Attribute::default() }
}

pub(super) fn integer(name: &str, value: i64) -> Attribute {
    let kind = AttributeKind::Integer.into();
    Attribute { name: name.to_owned(), integer: Some(value), kind, ..Attribute::default() }
}

pub(super) fn integers(name: &str, values: &[i64]) -> Attribute {
    let kind = AttributeKind::Integers.into();
    Attribute { name: name.to_owned(), integers: values.to_vec(), kind, ..Attribute::default() }
}

/// The attribute of `Cast` that asks for 32-bit floating point.
pub(super) fn to_f32() -> Attribute {
    integer("to", Element::F32 as i64)
}
