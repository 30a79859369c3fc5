//! The parts of a layer between its matrix products, as operations on tensors: our kernels on the processor, candle's
//! own operations on any other device.

use candle_core::{CpuStorage, CustomOp1, D, Device, InplaceOp1, InplaceOp2, Layout, Result, Shape, Tensor, bail};

use super::kernels::{self, RotaryTable};

/// What follows the bias of a linear layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    None,
    Gelu,
}

/// `x W + b`, for rows `x`.
pub(super) struct Linear {
    /// Input width by output width.
    weight: Tensor,
    bias: Option<(AddBias, Tensor)>,
}

impl Linear {
    /// Of a weight as checkpoints hold it: a row for each output.
    pub(super) fn new(weight: Vec<f32>, bias: Option<Vec<f32>>, width: usize, activation: Activation, device: &Device) -> Result<Self> {
        let outputs = weight.len() / width;
        let weight = Tensor::from_vec(weight, (outputs, width), device)?.t()?;
        let bias = match bias {
            Some(bias) => {
                let tensor = Tensor::from_slice(&bias, outputs, device)?;
                Some((AddBias { bias, activation }, tensor))
            }
            None => None,
        };
        Ok(Self { weight, bias })
    }

    pub(super) fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        let out = rows.matmul(&self.weight)?;
        match &self.bias {
            None => Ok(out),
            Some((op, _)) if out.device().is_cpu() => {
                out.inplace_op1(op)?;
                Ok(out)
            }
            Some((op, bias)) => {
                let out = out.broadcast_add(bias)?;
                if op.activation == Activation::Gelu { out.gelu_erf() } else { Ok(out) }
            }
        }
    }
}

struct AddBias {
    bias: Vec<f32>,
    activation: Activation,
}

impl InplaceOp1 for AddBias {
    fn name(&self) -> &'static str {
        "add-bias"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let values = slice_mut(storage, layout)?;
        match self.activation {
            Activation::None => kernels::add_bias(values, &self.bias),
            Activation::Gelu => kernels::add_bias_gelu(values, &self.bias),
        }
        Ok(())
    }
}

/// The sum of two tensors, every row normalised.
pub(super) struct Norm {
    op: AddNorm,
    weight: Tensor,
    bias: Tensor,
}

impl Norm {
    pub(super) fn new(weight: Vec<f32>, bias: Vec<f32>, epsilon: f64, device: &Device) -> Result<Self> {
        let weight_tensor = Tensor::from_slice(&weight, weight.len(), device)?;
        let bias_tensor = Tensor::from_slice(&bias, bias.len(), device)?;
        Ok(Self { op: AddNorm { weight, bias, epsilon }, weight: weight_tensor, bias: bias_tensor })
    }

    /// Normalises `rows + other`. On the processor the result takes the place of `rows`.
    pub(super) fn add(&self, rows: Tensor, other: &Tensor) -> Result<Tensor> {
        if rows.device().is_cpu() {
            rows.inplace_op2(other, &self.op)?;
            return Ok(rows);
        }
        let rows = (rows + other)?;
        let centred = rows.broadcast_sub(&rows.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        centred.broadcast_div(&(variance + self.op.epsilon)?.sqrt()?)?.broadcast_mul(&self.weight)?.broadcast_add(&self.bias)
    }
}

struct AddNorm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f64,
}

impl InplaceOp2 for AddNorm {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(&self, rows: &mut CpuStorage, layout: &Layout, other: &CpuStorage, other_layout: &Layout) -> Result<()> {
        let other = slice(other, other_layout)?;
        kernels::add_norm(slice_mut(rows, layout)?, other, &self.weight, &self.bias, self.epsilon as f32);
        Ok(())
    }
}

/// The first half of every row times SiLU of the second.
pub(super) fn swiglu(rows: &Tensor) -> Result<Tensor> {
    let inner = rows.dim(D::Minus1)? / 2;
    if rows.device().is_cpu() {
        return rows.apply_op1_no_bwd(&Swiglu { inner });
    }
    rows.narrow(D::Minus1, 0, inner)? * rows.narrow(D::Minus1, inner, inner)?.silu()?
}

struct Swiglu {
    inner: usize,
}

impl CustomOp1 for Swiglu {
    fn name(&self) -> &'static str {
        "swiglu"
    }

    fn cpu_fwd(&self, rows: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let out = kernels::swiglu(slice(rows, layout)?, self.inner);
        let shape = Shape::from((out.len() / self.inner, self.inner));
        Ok((CpuStorage::F32(out), shape))
    }
}

/// Attention within each of the texts that lie one after the other in `rows` of queries, keys and values; turned by
/// position where the model has rotary positions. On the processor `rows` is overwritten.
pub(super) fn attention(rows: &Tensor, lengths: &[usize], heads: usize, rotary: Option<&RotaryTable>) -> Result<Tensor> {
    let width = rows.dim(D::Minus1)? / 3;
    let head = width / heads;
    let on_cpu = rows.device().is_cpu();
    if let Some(table) = rotary.filter(|_| on_cpu) {
        rows.inplace_op1(&Turn { table, lengths, width })?;
    }
    let mut texts = Vec::with_capacity(lengths.len());
    let mut start = 0;
    for &length in lengths {
        let text = rows.narrow(0, start, length)?.reshape((length, 3, heads, head))?;
        let part = |at: usize| text.narrow(1, at, 1)?.squeeze(1)?.transpose(0, 1)?.contiguous();
        let (mut query, mut key, value) = (part(0)?, part(1)?, part(2)?);
        if let Some(table) = rotary.filter(|_| !on_cpu) {
            query = turned(&query, table)?;
            key = turned(&key, table)?;
        }
        let shares = softmax(query.matmul(&key.t()?)?, 1.0 / (head as f64).sqrt())?;
        texts.push(shares.matmul(&value)?.transpose(0, 1)?.reshape((length, width))?);
        start += length;
    }
    Tensor::cat(&texts, 0)
}

struct Turn<'a> {
    table: &'a RotaryTable,
    lengths: &'a [usize],
    width: usize,
}

impl InplaceOp1 for Turn<'_> {
    fn name(&self) -> &'static str {
        "turn"
    }

    fn cpu_fwd(&self, rows: &mut CpuStorage, layout: &Layout) -> Result<()> {
        self.table.turn(slice_mut(rows, layout)?, self.lengths, self.width);
        Ok(())
    }
}

/// The shares that `scale` times the scores make, row by row. On the processor they take the place of the scores.
fn softmax(scores: Tensor, scale: f64) -> Result<Tensor> {
    if scores.device().is_cpu() {
        scores.inplace_op1(&Softmax { width: scores.dim(D::Minus1)?, scale: scale as f32 })?;
        return Ok(scores);
    }
    plain_softmax(&scores, scale)
}

fn plain_softmax(scores: &Tensor, scale: f64) -> Result<Tensor> {
    let scores = (scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)? * scale)?.exp()?;
    scores.broadcast_div(&scores.sum_keepdim(D::Minus1)?)
}

struct Softmax {
    width: usize,
    scale: f32,
}

impl InplaceOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, scores: &mut CpuStorage, layout: &Layout) -> Result<()> {
        kernels::softmax(slice_mut(scores, layout)?, self.width, self.scale);
        Ok(())
    }
}

/// Heads by tokens by values, turned by position.
fn turned(x: &Tensor, table: &RotaryTable) -> Result<Tensor> {
    let (_, length, _) = x.dims3()?;
    let half = table.half();
    let cos = Tensor::from_slice(&table.cos()[..length * half], (length, half), x.device())?;
    let sin = Tensor::from_slice(&table.sin()[..length * half], (length, half), x.device())?;
    let (left, right) = (x.narrow(2, 0, half)?, x.narrow(2, half, half)?);
    let new_left = (left.broadcast_mul(&cos)? - right.broadcast_mul(&sin)?)?;
    let new_right = (right.broadcast_mul(&cos)? + left.broadcast_mul(&sin)?)?;
    Tensor::cat(&[new_left, new_right], 2)
}

fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&values[start..end]),
        _ => bail!("the kernels work on contiguous single-precision tensors"),
    }
}

fn slice_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&mut values[start..end]),
        _ => bail!("the kernels work on contiguous single-precision tensors"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: usize, width: usize) -> Tensor {
        let values: Vec<f32> = (0..rows * width).map(|at| (at * 7919 % 1009) as f32 / 504.5 - 1.0).collect();
        Tensor::from_vec(values, (rows, width), &Device::Cpu).unwrap()
    }

    fn difference(left: &Tensor, right: &Tensor) -> f32 {
        let flat = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        flat(left).iter().zip(flat(right)).map(|(left, right)| (left - right).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn attention_is_that_of_the_textbook_and_looks_at_one_text_alone() {
        for (lengths, width, heads) in [(vec![1, 5, 18], 24, 3), (vec![33, 2], 32, 1), (vec![16, 7], 36, 2)] {
            let tokens: usize = lengths.iter().sum();
            let x = rows(tokens, 3 * width);
            let values: Vec<f32> = x.flatten_all().unwrap().to_vec1().unwrap();
            let found: Vec<f32> = attention(&x, &lengths, heads, None).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            let head = width / heads;
            let mut start = 0;
            for &length in &lengths {
                for (i, first) in (0..length).flat_map(|i| (0..heads).map(move |at| (i, at * head))) {
                    let at = |token: usize, part: usize, c: usize| f64::from(values[((start + token) * 3 + part) * width + first + c]);
                    let score = |j: usize| (0..head).map(|c| at(i, 0, c) * at(j, 1, c)).sum::<f64>() / (head as f64).sqrt();
                    let weights: Vec<f64> = (0..length).map(|j| score(j).exp()).collect();
                    for c in 0..head {
                        let expected = (0..length).map(|j| weights[j] * at(j, 2, c)).sum::<f64>() / weights.iter().sum::<f64>();
                        let got = f64::from(found[(start + i) * width + first + c]);
                        assert!((got - expected).abs() < 2e-6, "{got} but is {expected}");
                    }
                }
                start += length;
            }
        }
    }

    #[test]
    fn positions_turn_the_same_by_our_kernel_and_by_candles_operations() {
        let (heads, width, length) = (3, 24, 17);
        let head = width / heads;
        let table = RotaryTable::new(1000.0, head, 32);
        let part = |x: &Tensor, at: usize| {
            let part = x.narrow(1, at * width, width).unwrap().reshape((length, heads, head)).unwrap();
            part.transpose(0, 1).unwrap().contiguous().unwrap()
        };
        let before = rows(length, 3 * width);
        let after = rows(length, 3 * width);
        after.inplace_op1(&Turn { table: &table, lengths: &[length], width }).unwrap();
        for at in [0, 1] {
            assert!(difference(&part(&after, at), &turned(&part(&before, at), &table).unwrap()) < 1e-6, "{at}");
        }
        assert_eq!(difference(&part(&after, 2), &part(&before, 2)), 0.0, "values stay");
    }

    #[test]
    fn shares_are_the_same_by_our_kernel_and_by_candles_operations() {
        let scores = (rows(7, 37) * 40.0).unwrap();
        let plain = plain_softmax(&scores, 0.3).unwrap();
        assert!(difference(&softmax(scores, 0.3).unwrap(), &plain) < 1e-6);
    }

    #[test]
    fn linear_layers_and_norms_are_the_same_by_our_kernels_and_by_candles_operations() {
        let weight: Vec<f32> = (0..40 * 24).map(|at| (at * 104_729 % 2003) as f32 / 1001.5 - 1.0).collect();
        let bias: Vec<f32> = (0..40).map(|at| at as f32 / 20.0 - 1.0).collect();
        let linear = Linear::new(weight.clone(), Some(bias.clone()), 24, Activation::Gelu, &Device::Cpu).unwrap();
        let x = rows(7, 24);
        let product = x.matmul(&Tensor::from_vec(weight, (40, 24), &Device::Cpu).unwrap().t().unwrap()).unwrap();
        let plain = product.broadcast_add(&Tensor::new(&bias[..], &Device::Cpu).unwrap()).unwrap().gelu_erf().unwrap();
        assert!(difference(&linear.forward(&x).unwrap(), &plain) < 2e-6);

        let gates = rows(5, 48);
        let plain = (gates.narrow(1, 0, 24).unwrap() * gates.narrow(1, 24, 24).unwrap().silu().unwrap()).unwrap();
        assert!(difference(&swiglu(&gates).unwrap(), &plain) < 1e-6);

        let norm = Norm::new(bias[..24].to_vec(), bias[16..].to_vec(), 1e-12, &Device::Cpu).unwrap();
        let sum = (rows(7, 24) + rows(9, 24).narrow(0, 2, 7).unwrap()).unwrap();
        let centred = sum.broadcast_sub(&sum.mean_keepdim(1).unwrap()).unwrap();
        let deviation = centred.sqr().unwrap().mean_keepdim(1).unwrap().sqrt().unwrap();
        let scaled = centred.broadcast_div(&deviation).unwrap().broadcast_mul(&norm.weight).unwrap();
        let plain = scaled.broadcast_add(&norm.bias).unwrap();
        let found = norm.add(rows(7, 24), &rows(9, 24).narrow(0, 2, 7).unwrap()).unwrap();
        assert!(difference(&found, &plain) < 1e-5);
    }
}
