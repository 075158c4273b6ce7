"""The pages of the recorded site: one for each thing that may go differently on the way from HTML to Markdown."""

L="The committee met on a cold morning, and it discussed, at length, the plans for the harbour; nobody expected the vote to be close. "
def page(body, head='', title='The harbour and its plans for the spring', attrs=''):
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body{attrs}>{body}</body></html>'
P=lambda n=1: ''.join(f'<p>{L*3} Part {i}.</p>' for i in range(n))
PAGES = F = {}
F['empty']=''
F['blank']='<html><body>   </body></html>'
F['only_title']='<html><head><title>T</title></head><body></body></html>'
F['fragment']='<p>Hello <b>world</b></p>'
F['plain_words']='just words, no tags'
F['short']=page('<h1>Hello</h1><p>World <b>bold</b> and <i>it</i>.</p>')
F['article']=page(f'<nav><a href="/">Home</a> <a href="/x">X</a></nav><article><h1>The harbour and its plans for the spring</h1>{P(4)}<h2>Second part</h2>{P(2)}</article><footer>(c) us</footer>')
F['sidebar']=page(f'<div class="sidebar"><ul>'+''.join(f'<li><a href="/{i}">Link {i}</a></li>' for i in range(20))+f'</ul></div><div id="content">{P(5)}</div><div class="comments"><p>{L}</p></div>')
F['lists']=page(f'<article>{P(2)}<ul><li>one, the first</li><li>two<ul><li>nested a</li><li>nested b<ol><li>x</li><li>y</li></ol></li></ul></li><li><p>para in item</p><p>second para</p></li></ul><ol start="7"><li>seven</li><li>eight</li></ol>{P(2)}</article>')
F['table']=page(f'<article>{P(2)}<table><caption>Cap</caption><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2 <b>b</b></td></tr><tr><td>3</td><td>line<br>break</td></tr></tbody></table>{P(1)}<table><tr><td>no</td><td>head</td></tr><tr><td colspan="2">wide</td></tr></table>{P(1)}</article>')
F['code']=page(f'<article>{P(2)}<pre><code class="language-rust">fn main() {{\n    println!("*hi_there*");\n}}\n</code></pre><p>Inline <code>a_b*c</code> and <code>x`y</code> and <kbd>Ctrl</kbd>.</p><pre>\n\nplain pre\n\n</pre>{P(2)}</article>')
F['quote']=page(f'<article>{P(2)}<blockquote><p>{L}</p><p>Second <em>para</em></p><blockquote>inner</blockquote></blockquote>{P(2)}</article>')
F['links']=page(f'<article>{P(2)}<p>See <a href="/rel?a=b&c=d">rel</a>, <a href="https://example.org">abs</a>, <a href="https://example.org/a b" title="T &quot;q&quot;">title</a>, <a href="#frag">frag</a>, <a href="javascript:void(0)">js</a>, <a href="javascript:x()"><b>js b</b></a>, <a>none</a>, <a href="">empty</a>, <a href="https://example.org/x">https://example.org/x</a>, <a href="mailto:a_b@example.org">a_b@example.org</a>.</p>{P(2)}</article>')
F['base']=page(f'<article>{P(2)}<p><a href="rel">rel</a> <a href="#f">f</a> <img src="i.png" alt="I"></p>{P(2)}</article>', head='<base href="https://example.org/dir/">')
F['images']=page(f'<article>{P(2)}<figure><img src="/a.png" alt="An *image*" title="t"><figcaption>Caption of it, with words</figcaption></figure><p><img src="b.jpg"> text <img alt="nosrc"></p><img data-src="lazy.jpg" class="lazy" alt="lazy"><picture><source srcset="a.webp 1x"><img src="c.jpg" alt="c"></picture><noscript><img src="n.png"></noscript>{P(2)}</article>')
F['brs']=page(f'<div>{L*2}<br><br>{L*2}<br>{L}<br/><br/><br/>{L*2}<br>\n<br> {L}</div>')
F['brs2']=page(f'<div class="post"><font size="2">{L}</font><br><br><b>Bold line</b><br><br>{L*3}<p>para {L}</p>tail text<br><br>end.</div>')
F['divs']=page(f'<div><div><div><div>{L*2}</div><div>{L*3}</div><div><span>{L}</span></div></div></div></div>')
F['hidden']=page(f'<article>{P(2)}<p style="display:none">hidden a</p><p style="color:red; DISPLAY : None !important">hidden b</p><p style="visibility:hidden">hidden c</p><p hidden>hidden d</p><p aria-hidden="true">hidden e</p><p aria-hidden="true" class="fallback-image">shown f</p><div role="dialog" aria-modal="true">modal</div><div role="navigation">nav</div>{P(2)}</article>')
F['byline']=page(f'<article><h1>Title</h1><p class="byline">By A. Writer</p>{P(3)}</article>')
F['byline2']=page(f'<article><h1>Title</h1><div itemprop="author" itemscope><span itemprop="name">Ann</span> wrote</div><a rel="author" href="/ann">Ann</a>{P(3)}</article>', head='<meta name="author" content="Ann">')
F['entities']=page(f'<article>{P(2)}<p>&lt;b&gt; &amp; &copy; &nbsp;&nbsp;x &#8212; &hellip; &notanentity; &amp;amp; 5 &lt; 6</p><p>Tab\tand\n\nnewlines   here</p>{P(2)}</article>')
F['unicode']=page(f'<article><p>{"日本語の文章です、これは。"*20}</p><p>{"Ünïcödé, ελληνικά, русский, עברית 😀. "*12}</p></article>')
F['dl']=page(f'<article>{P(2)}<dl><dt>Term</dt><dd>Definition one</dd><dd><p>Para a</p><p>Para b</p></dd><dt>Term\n2</dt><dd></dd></dl>{P(2)}</article>')
F['headings']=page(f'<article>'+''.join(f'<h{i}>Heading *{i}* with <a href="/h{i}">link</a><br>line</h{i}><p>{L}</p>' for i in range(1,7))+'</article>')
F['inline']=page(f'<article>{P(2)}<p><b> spaced </b><i></i><em>e</em><strong>s <em>nested</em> s</strong> <del>d</del> <s>s</s> <u>u</u> <mark>m</mark> H<sub>2</sub>O x<sup>2</sup> <q>quoted</q> <small>s</small> <abbr title="x">ab</abbr> <cite>c</cite> <var>v</var> <samp>out*</samp> a<br>b<hr></p>{P(2)}</article>')
F['forms']=page(f'<article>{P(2)}<form><label>Name <input name=a></label><select><option>o</option></select><button>Go</button><textarea>t</textarea></form><fieldset><legend>L</legend>x</fieldset>{P(2)}</article>')
F['embeds']=page(f'<article>{P(2)}<iframe src="https://www.youtube.com/embed/x"></iframe><iframe src="https://ads.example/x"></iframe><object data="x.swf">obj</object><embed src="y"><video src="v.mp4" poster="p.jpg">vid</video><video><source src="w.mp4"></video><audio src="a.mp3">aud</audio><svg><title>svg title</title><text>svg text</text></svg><math><mi>x</mi></math>{P(2)}</article>')
F['comments']=page(f'<article><!-- c1 -->{P(1)}<!-- c2 --> text <!----> more <!-- c3 --><p>a<!-- in -->b</p><p> <!-- x --> lead</p>{P(2)}</article>')
F['share']=page(f'<article>{P(2)}<div class="share"><a href="/fb">Share on F</a></div><div class="sharedaddy">x</div><div class="related">Related: <a href="/r">r</a></div><aside>aside text</aside><footer>foot</footer>{P(2)}</article>')
F['linky']=page(f'<article>{P(3)}<div>'+' '.join(f'<a href="/{i}">tag{i}</a>' for i in range(12))+f'</div><ul>'+''.join(f'<li><a href="/{i}">item {i}</a></li>' for i in range(10))+f'</ul><div class="content"><p>short</p><a href="x">y</a></div>{P(1)}</article>')
F['ads']=page(f'<article>{P(3)}<div>Advertisement</div><div>ad</div><div>Loading…</div><div>Werbung</div>{P(1)}</article>')
F['jsonld']=page(f'<h1>Real headline here about boats</h1><h2>Real headline here about boats today</h2>{P(4)}', head='<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"Real headline here about boats","author":{"name":"X"}}</script>', title='Other')
F['titlesep']=page(f'<article><h1>How boats work</h1><h2>Boats: a long story of wood and water</h2>{P(3)}</article>', title='Boats: a long story of wood and water | Site')
F['onecell']=page(f'<table><tr><td>{P(4)}</td></tr></table>')
F['layout']=page(f'<table width="100%"><tr><td><a href="/1">l1</a><br><a href="/2">l2</a></td><td>{P(3)}</td></tr><tr><td>x</td><td>{L}</td></tr></table>')
F['nested_p']=page(f'<article><p>one<div>div in p</div>after</p>{P(3)}<p><span>a<br><br>b</span></p></article>')
F['malformed']='<html><body><div><p>unclosed <b>bold <i>both</b> it</i><p>'+L*4+'<table><tr><td>cell<td>cell2<tr><td>'+L*2+'</table><li>stray'+L*3
F['unlikely']=page(f'<div class="header">head words</div><div class="menu">m</div><div class="main-content">{P(3)}</div><div class="footer-content">kept?</div><div class="ad-break">x</div><div id="sponsor">s</div>')
F['siblings']=page(f'<div class="w"><div class="part">{P(2)}</div><div class="part">{P(2)}</div><p>{L}</p><p>Short one. Yes</p><p>no stop</p><p><a href="/x">link only paragraph that is rather long and has more than eighty letters in it, yes</a></p></div>')
F['gallery']=page(f'<article>{P(3)}<ul>'+''.join(f'<li><img src="g{i}.jpg"></li>' for i in range(6))+f'</ul>{P(1)}</article>')
F['template']=page(f'<article>{P(2)}<template><p>in template</p></template><details><summary>Sum</summary>{L}</details>{P(1)}</article>')
F['short_article']=page('<article><h1>Short</h1><p>Less than five hundred letters, with a class.</p><div class="comment">A comment, that counts in the end.</div></article>')
F['short_byline']=page('<div class="author">By me</div><div class="header"><p>Header words here are more than twenty five letters</p></div><p>Other words, a few of them, in a paragraph.</p>')
F['pre_ws']=page(f'<article>{P(2)}<p>  lead and trail  </p><div> <p> x </p> </div>\n\n<p>a</p> <span> b </span> <p>c</p>{P(2)}</article>')
F['sections']=page(f'<main><section><h2>One</h2>{P(2)}</section><section><h2>Two</h2>{P(2)}</section><section></section><section><br></section></main>')
F['frameset']='<html><frameset><frame src="a"></frameset></html>'
F['xhtml']='<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>X</title></head><body><div>'+P(3)+'</div></body></html>'
F['bodyhidden']=page(P(3),attrs=' style="display:none"')
F['bodyclass']=page(P(3),attrs=' class="comment sidebar" id="footer"')
F['data_table']=page(f'<article>{P(2)}<table summary="s"><tr><td><a href="/a">a</a></td><td>b</td></tr></table><table role="presentation"><tr><td><a href="/l">link cell one</a></td><td><a href="/m">link cell two</a></td></tr></table><table>'+''.join(f'<tr><td>{i}</td><td>{i*i}</td></tr>' for i in range(12))+f'</table>{P(2)}</article>')
F['tabletfoot']=page(f'<article>{P(2)}<table><thead><tr><th>a</th></tr><tr><th>b</th></tr></thead><tfoot><tr><td>f</td></tr></tfoot><tbody><tr><td>x</td></tr></tbody><tbody><tr><th>y</th></tr></tbody></table>{P(1)}</article>')
F['bignum']=page(f'<article>{P(2)}<ol start="99"><li>a</li><li>b</li><li></li><li>c<p>para</p></li></ol><ol start="x"><li>1</li></ol><li>stray</li>{P(1)}</article>')
