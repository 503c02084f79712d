//! What a manager meets behind the door.

/// Starts the manager's part on the element `#manager`.
pub fn start() {}
