;; A tool plugin without a compiler's good manners. What it does wrong stands in the places marked with {}.
(module
  (memory (export "memory") {pages})
  (global $next (mut i32) (i32.const {heap}))
  {more}
  (func $room (param $bytes i32) (result i32)
    (local $place i32)
    (local.set $place (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
    (global.set $next (i32.add (local.get $place) (local.get $bytes)))
    (local.get $place))
  (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
    {realloc}
    (call $room (local.get $new)))
  (func (export "isartor:plugin/tool@0.1.0#definitions") (result i32)
    {definitions}
    (i32.const 384))
  (func (export "isartor:plugin/tool@0.1.0#call") (param i32 i32 i32 i32 i32 i32 i64) (result i32)
    {call}
    (i32.const 512))
  (func (export "cabi_post_isartor:plugin/tool@0.1.0#call") (param i32)
    {post})
  ;; 256: the definition. 384: a list of the one. 512: a result whose one text is "done".
  (data (i32.const 16) "done")
  (data (i32.const 256) "{definition}")
  (data (i32.const 384) "\00\00\00\00" "\00\01\00\00" "\01\00\00\00")
  (data (i32.const 512) "\00\00\00\00" "\80\02\00\00" "\01\00\00\00")
  (data (i32.const 640) "\00\00\00\00" "\10\00\00\00" "\04\00\00\00")
  (data (i32.const 4096) "{texts}"))
