use kmd_scrypt::*; use std::num::NonZeroUsize; use std::time::Instant;
fn main(){
  let min=|n:usize,f:&mut dyn FnMut()|{let mut b=f64::MAX;let mut v=vec![];for _ in 0..n{let t=Instant::now();f();let e=t.elapsed().as_secs_f64()*1e3;b=b.min(e);v.push(e)}v.sort_by(f64::total_cmp);(b,v[v.len()/2])};
  let mut k=[0u8;32];
  let sp=scrypt::Params::new(16,1,32).unwrap();
  println!("crate {:.1?}", min(5,&mut||scrypt::scrypt(b"p",b"s",&sp,&mut k).unwrap()));
  let p=Params::new(65536,1,32).unwrap();
  for t in [1,2]{ for b in Backend::available(){ let kdf=Kdf::new(Limits::default(),NonZeroUsize::new(t).unwrap()).with_backend(b);
    println!("{b:?} {t}: {:.1?}", min(25,&mut||kdf.derive(b"p",b"s",&p,&mut k).unwrap())); }}
  for (ln,r,pp) in [(10u8,8,2),(14,8,1),(17,8,1),(16,1,1),(16,1,2),(16,1,8),(16,1,12)] {
    let sp=scrypt::Params::new(ln,r,pp).unwrap(); let p=Params::new(1<<ln,r,pp).unwrap();
    let kdf=Kdf::new(Limits::default(),NonZeroUsize::new(2).unwrap());
    println!("N=2^{ln} r={r} p={pp}: crate {:.2?} ours {:.2?}", min(7,&mut||scrypt::scrypt(b"p",b"s",&sp,&mut k).unwrap()), min(7,&mut||kdf.derive(b"p",b"s",&p,&mut k).unwrap()));
  }
}
