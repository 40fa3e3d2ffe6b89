//! Decides what a call may do, when it may start and when it must end.
