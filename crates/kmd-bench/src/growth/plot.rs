//! A line through measured points, as a small SVG.

use std::fmt::Write;

use super::Points;
use crate::report::number;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 48.0;

/// How values are laid out along an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// From 0.
    Linear,
    /// Each power of ten as long as the next.
    Log,
}

/// One measured thing at rising sizes.
pub struct Plot {
    /// Of the file, and of the CSV lines.
    pub name: &'static str,
    title: &'static str,
    across: &'static str,
    unit: &'static str,
    scales: [Scale; 2],
    points: Points,
}

/// Places values between two ends of the drawing.
struct Axis {
    scale: Scale,
    lowest: f64,
    highest: f64,
    from: f64,
    to: f64,
}

impl Plot {
    /// `scales`: across, up.
    pub fn new(
        name: &'static str,
        title: &'static str,
        across: &'static str,
        unit: &'static str,
        scales: [Scale; 2],
        points: Points,
    ) -> Self {
        Self {
            name,
            title,
            across,
            unit,
            scales,
            points,
        }
    }

    /// Prints the points as CSV.
    pub fn print(&self) {
        for (at, value) in &self.points {
            println!("{},{at},{value:.3},{}", self.name, self.unit);
        }
    }

    /// The drawing.
    pub fn svg(&self) -> String {
        let across = Axis::new(
            self.scales[0],
            self.points.iter().map(|point| point.0),
            LEFT,
            WIDTH - RIGHT,
        );
        let up = Axis::new(
            self.scales[1],
            self.points.iter().map(|point| point.1),
            HEIGHT - BOTTOM,
            TOP,
        );
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"20\" font-size=\"13\">{} ({})</text>\n",
            self.title, self.unit
        );
        for value in across.ticks() {
            let x = across.place(value);
            line(&mut svg, [x, TOP, x, HEIGHT - BOTTOM]);
            text(&mut svg, x, HEIGHT - BOTTOM + 16.0, "middle", &tick(value));
        }
        for value in up.ticks() {
            let y = up.place(value);
            line(&mut svg, [LEFT, y, WIDTH - RIGHT, y]);
            text(&mut svg, LEFT - 6.0, y + 4.0, "end", &tick(value));
        }
        text(
            &mut svg,
            f64::midpoint(LEFT, WIDTH - RIGHT),
            HEIGHT - 10.0,
            "middle",
            self.across,
        );
        let places: Vec<(f64, f64)> = self
            .points
            .iter()
            .map(|(x, y)| (across.place(*x), up.place(*y)))
            .collect();
        let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        svg += &format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>\n",
            path.join(" ")
        );
        for ((x, y), (at, value)) in places.iter().zip(&self.points) {
            let title = format!("{}: {} {}", tick(*at), number(*value), self.unit);
            svg +=
                &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#06c\"><title>{title}</title></circle>\n");
        }
        svg + "</svg>\n"
    }
}

impl Axis {
    fn new(scale: Scale, values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (least, most) = values.fold((f64::INFINITY, 0.0_f64), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        let (lowest, highest) = match scale {
            Scale::Linear => (0.0, step(most) * (most / step(most)).ceil()),
            Scale::Log => (
                10_f64.powf(least.log10().floor()),
                10_f64.powf(most.log10().ceil().max(least.log10().floor() + 1.0)),
            ),
        };
        Self {
            scale,
            lowest,
            highest,
            from,
            to,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => value / self.highest,
            Scale::Log => (value / self.lowest).log10() / (self.highest / self.lowest).log10(),
        };
        self.from + share * (self.to - self.from)
    }

    fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => (0..)
                .map(|index| f64::from(index) * step(self.highest))
                .take_while(|value| *value <= self.highest * 1.001)
                .collect(),
            Scale::Log => std::iter::successors(Some(self.lowest), |value| Some(value * 10.0))
                .take_while(|value| *value <= self.highest * 1.001)
                .collect(),
        }
    }
}

/// 1, 2 or 5 times a power of ten, of which 4 to 10 reach `highest`.
fn step(highest: f64) -> f64 {
    let power = 10_f64.powf(highest.max(f64::MIN_POSITIVE).log10().floor());
    match highest / power {
        share if share <= 2.0 => power / 5.0,
        share if share <= 5.0 => power / 2.0,
        _ => power,
    }
}

fn tick(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    rounded.to_string()
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4]) {
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#ddd\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, content: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{content}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes() {
        let log = Axis::new(Scale::Log, [1.0, 512.0].into_iter(), 0.0, 300.0);
        assert_eq!(log.ticks(), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(
            [1.0, 10.0, 1000.0].map(|value| log.place(value).round()),
            [0.0, 100.0, 300.0]
        );
        let linear = Axis::new(Scale::Linear, [0.0, 17_000.0].into_iter(), 100.0, 0.0);
        assert_eq!(linear.highest, 18_000.0);
        assert_eq!(linear.place(0.0), 100.0);
        let flat = Axis::new(Scale::Log, [1.0].into_iter(), 0.0, 100.0);
        assert_eq!(flat.ticks(), [1.0, 10.0]);
    }

    #[test]
    fn a_drawing_is_whole() {
        let points = vec![(1.0, 0.5), (10.0, 1.5), (100.0, 900.0)];
        let svg = Plot::new("name", "title", "things", "ms", [Scale::Log, Scale::Log], points).svg();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && !svg.contains("NaN"));
        assert_eq!(svg.matches("<circle").count(), 3);
    }
}
