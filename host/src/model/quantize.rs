//! 32-bit weights to 8-bit ones with a scale each row or column. Pure: numbers in, numbers out.

/// Whole numbers of a matrix with the factors that give back the originals.
#[derive(Debug, PartialEq)]
pub(super) struct Quantized {
    pub(super) values: Vec<i8>,
    pub(super) scales: Vec<f32>,
}

/// One scale for each row of `columns` numbers.
pub(super) fn per_row(matrix: &[f32], columns: usize) -> Quantized {
    let (mut values, mut scales) = (Vec::with_capacity(matrix.len()), Vec::new());
    for row in matrix.chunks_exact(columns) {
        let scale = scale(row.iter().fold(0.0, |largest: f32, number| largest.max(number.abs())));
        values.extend(row.iter().map(|number| round(*number, scale)));
        scales.push(scale);
    }
    Quantized { values, scales }
}

/// One scale for each of `columns` columns; the numbers stay where they are.
pub(super) fn per_column(matrix: &[f32], columns: usize) -> Quantized {
    let mut largest = vec![0.0_f32; columns];
    for row in matrix.chunks_exact(columns) {
        for (largest, number) in largest.iter_mut().zip(row) {
            *largest = largest.max(number.abs());
        }
    }
    let scales: Vec<f32> = largest.into_iter().map(scale).collect();
    let values = matrix
        .chunks_exact(columns)
        .flat_map(|row| row.iter().zip(&scales).map(|(number, scale)| round(*number, *scale)));
    Quantized { values: values.collect(), scales }
}

/// Symmetric: zero stays zero, and -128 is not used.
fn scale(largest: f32) -> f32 {
    if largest > 0.0 { largest / 127.0 } else { 1.0 }
}

fn round(number: f32, scale: f32) -> i8 {
    (number / scale).round_ties_even().clamp(-127.0, 127.0) as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_have_their_own_scales() {
        let matrix = [1.27, -12.7, 0.0, 0.635, 1.27, 0.0];
        let columns = per_column(&matrix, 3);
        assert_eq!(columns.values, [127, -127, 0, 64, 13, 0]);
        assert_eq!(columns.scales, [0.01, 0.1, 1.0]);
        let rows = per_row(&matrix, 3);
        assert_eq!(rows.values, [13, -127, 0, 64, 127, 0]);
        assert_eq!(rows.scales, [0.1, 0.01]);
    }

    #[test]
    fn nothing_is_off_by_more_than_half_a_step() {
        let matrix: Vec<f32> = (0..4096).map(|index| ((index * 37 % 1009) as f32 - 504.0) / 777.0).collect();
        let Quantized { values, scales } = per_column(&matrix, 64);
        for (index, (number, value)) in matrix.iter().zip(&values).enumerate() {
            let scale = scales[index % 64];
            assert!((number - f32::from(*value) * scale).abs() <= scale * 0.5001, "{index}");
        }
    }
}
