//! The server against the git on this machine, against hostile repositories, and against inputs that nobody thought of.

mod damage;
mod differential;
mod hostile;
mod properties;
mod real;
