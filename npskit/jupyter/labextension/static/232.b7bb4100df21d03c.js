"use strict";(self.rspackChunknpskit=self.rspackChunknpskit||[]).push([[232],{475(e,r,n){var t=n(601),o=n.n(t),a=n(314),i=(n.n(a))()(o());i.push([e.id,`/* The side panel and the dialogs of npskit, in the colours and sizes of Lab's theme. */

.nps-Panel {
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
  min-width: 180px;
  overflow-y: auto;
}

.nps-Panel p,
.nps-Panel dl,
.nps-Panel dd {
  margin: 0;
}

.nps-Panel-header {
  align-items: center;
  display: flex;
  justify-content: space-between;
  padding: 4px 8px 0 12px;
}

.nps-Panel-title {
  font-size: var(--jp-ui-font-size0);
  font-weight: 600;
  letter-spacing: 1px;
  margin: 0;
}

.nps-Panel-refresh.jp-mod-styled {
  background: none;
  flex: none;
  height: 28px;
  line-height: 1;
  min-width: 28px;
  padding: 0;
}

.nps-Panel-refresh.jp-mod-styled:hover {
  background: var(--jp-layout-color2);
}

.nps-Panel-status {
  color: var(--jp-ui-font-color2);
  font-size: var(--jp-ui-font-size0);
  line-height: 1.4;
  /* Its place is kept, so that nothing jumps when the kernel is at work. */
  min-height: 2.8em;
  overflow-wrap: anywhere;
  padding: 2px 12px 0;
}

.nps-Frames {
  list-style: none;
  margin: 0;
  padding: 0;
}

.nps-Frame {
  border-top: 1px solid var(--jp-border-color2);
  padding: 12px;
}

.nps-Frame-title {
  align-items: baseline;
  display: flex;
  font-size: var(--jp-ui-font-size1);
  font-weight: 600;
  gap: 8px;
  margin: 0;
}

.nps-Frame-name {
  font-family: var(--jp-code-font-family);
  overflow-wrap: anywhere;
}

.nps-Frame-kind {
  color: var(--jp-ui-font-color2);
  font-size: var(--jp-ui-font-size0);
  font-weight: 400;
}

.nps-Frame-headline {
  font-size: 24px;
  font-variant-numeric: tabular-nums;
  font-weight: 600;
  line-height: 1.4;
}

.nps-Frame-detail {
  line-height: 1.4;
}

.nps-Frame-message {
  line-height: 1.4;
  margin: 4px 0;
  overflow-wrap: anywhere;
}

.nps-Strip {
  background: var(--jp-layout-color3);
  border-radius: 2px;
  height: 4px;
  margin: 6px 0 8px;
  position: relative;
}

.nps-Strip-zero,
.nps-Strip-interval,
.nps-Strip-score {
  position: absolute;
}

.nps-Strip-zero {
  background: var(--jp-ui-font-color2);
  height: 10px;
  left: 50%;
  top: -3px;
  width: 1px;
}

.nps-Strip-interval {
  background: #8a5cc4;
  border-radius: 2px;
  height: 4px;
  min-width: 3px;
  opacity: 0.65;
  top: 0;
}

.nps-Strip-score {
  background: #8a5cc4;
  border: 1px solid var(--jp-layout-color1);
  border-radius: 50%;
  height: 8px;
  margin-left: -5px;
  top: -3px;
  width: 8px;
}

.nps-Frame-roles {
  color: var(--jp-ui-font-color2);
  display: flex;
  flex-wrap: wrap;
  font-size: var(--jp-ui-font-size0);
  gap: 2px 10px;
  line-height: 1.5;
}

.nps-Frame-roles > div {
  display: flex;
  gap: 4px;
}

.nps-Frame-roles code {
  font-family: var(--jp-code-font-family);
  font-size: inherit;
  overflow-wrap: anywhere;
}

.nps-Verbs {
  display: flex;
  flex-wrap: wrap;
  gap: 4px;
  margin-top: 8px;
}

.nps-Verb {
  background: var(--jp-layout-color2);
  border: 1px solid var(--jp-border-color1);
  border-radius: 12px;
  color: var(--jp-ui-font-color1);
  cursor: pointer;
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size0);
  line-height: 20px;
  padding: 1px 10px;
}

.nps-Verb:hover {
  background: var(--jp-layout-color3);
}

.nps-Verb[aria-disabled='true'] {
  background: none;
  border-style: dashed;
  color: var(--jp-ui-font-color2);
  cursor: default;
}

.nps-Panel button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: 1px;
}

.nps-Empty {
  line-height: 1.5;
  overflow-wrap: anywhere;
  padding: 8px 12px;
}

.nps-Empty-title {
  font-weight: 600;
}

.nps-Empty-hint {
  color: var(--jp-ui-font-color2);
}

.nps-Frame-action {
  margin-top: 8px;
}

.nps-Empty-code {
  background: var(--jp-layout-color2);
  border-radius: 2px;
  font-family: var(--jp-code-font-family);
  font-size: var(--jp-code-font-size);
  margin: 8px 0;
  padding: 6px 8px;
  white-space: pre-wrap;
}

.nps-Problem p {
  line-height: 1.5;
  margin: 0 0 8px;
  overflow-wrap: anywhere;
}

.nps-Problem-hint {
  color: var(--jp-ui-font-color2);
}
`,""]),n.d(r,{},{A:i})},314(e){e.exports=function(e){var r=[];return r.toString=function(){return this.map(function(r){var n="",t=void 0!==r[5];return r[4]&&(n+="@supports (".concat(r[4],") {")),r[2]&&(n+="@media ".concat(r[2]," {")),t&&(n+="@layer".concat(r[5].length>0?" ".concat(r[5]):""," {")),n+=e(r),t&&(n+="}"),r[2]&&(n+="}"),r[4]&&(n+="}"),n}).join("")},r.i=function(e,n,t,o,a){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(t)for(var p=0;p<this.length;p++){var s=this[p][0];null!=s&&(i[s]=!0)}for(var l=0;l<e.length;l++){var c=[].concat(e[l]);t&&i[c[0]]||(void 0!==a&&(void 0===c[5]||(c[1]="@layer".concat(c[5].length>0?" ".concat(c[5]):""," {").concat(c[1],"}")),c[5]=a),n&&(c[2]&&(c[1]="@media ".concat(c[2]," {").concat(c[1],"}")),c[2]=n),o&&(c[4]?(c[1]="@supports (".concat(c[4],") {").concat(c[1],"}"),c[4]=o):c[4]="".concat(o)),r.push(c))}},r}},601(e){e.exports=function(e){return e[1]}},72(e){var r=[];function n(e){for(var n=-1,t=0;t<r.length;t++)if(r[t].identifier===e){n=t;break}return n}function t(e,t){for(var o={},a=[],i=0;i<e.length;i++){var p=e[i],s=t.base?p[0]+t.base:p[0],l=o[s]||0,c="".concat(s," ").concat(l);o[s]=l+1;var d=n(c),u={css:p[1],media:p[2],sourceMap:p[3],supports:p[4],layer:p[5]};if(-1!==d)r[d].references++,r[d].updater(u);else{var f=function(e,r){var n=r.domAPI(r);return n.update(e),function(r){r?(r.css!==e.css||r.media!==e.media||r.sourceMap!==e.sourceMap||r.supports!==e.supports||r.layer!==e.layer)&&n.update(e=r):n.remove()}}(u,t);t.byIndex=i,r.splice(i,0,{identifier:c,updater:f,references:1})}a.push(c)}return a}e.exports=function(e,o){var a=t(e=e||[],o=o||{});return function(e){e=e||[];for(var i=0;i<a.length;i++){var p=n(a[i]);r[p].references--}for(var s=t(e,o),l=0;l<a.length;l++){var c=n(a[l]);0===r[c].references&&(r[c].updater(),r.splice(c,1))}a=s}}},659(e){var r={};e.exports=function(e,n){var t=function(e){if(void 0===r[e]){var n=document.querySelector(e);if(window.HTMLIFrameElement&&n instanceof window.HTMLIFrameElement)try{n=n.contentDocument.head}catch(e){n=null}r[e]=n}return r[e]}(e);if(!t)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");t.appendChild(n)}},540(e){e.exports=function(e){var r=document.createElement("style");return e.setAttributes(r,e.attributes),e.insert(r,e.options),r}},56(e,r,n){e.exports=function(e){var r=n.nc;r&&e.setAttribute("nonce",r)}},825(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var r=e.insertStyleElement(e);return{update:function(n){var t,o,a;t="",n.supports&&(t+="@supports (".concat(n.supports,") {")),n.media&&(t+="@media ".concat(n.media," {")),(o=void 0!==n.layer)&&(t+="@layer".concat(n.layer.length>0?" ".concat(n.layer):""," {")),t+=n.css,o&&(t+="}"),n.media&&(t+="}"),n.supports&&(t+="}"),(a=n.sourceMap)&&"u">typeof btoa&&(t+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),e.styleTagTransform(t,r,e.options)},remove:function(){var e;null===(e=r).parentNode||e.parentNode.removeChild(e)}}}},113(e){e.exports=function(e,r){if(r.styleSheet)r.styleSheet.cssText=e;else{for(;r.firstChild;)r.removeChild(r.firstChild);r.appendChild(document.createTextNode(e))}}},579(e,r,n){var t=n(72),o=n.n(t),a=n(825),i=n.n(a),p=n(659),s=n.n(p),l=n(56),c=n.n(l),d=n(540),u=n.n(d),f=n(113),h=n.n(f),v=n(475),m={};m.styleTagTransform=h(),m.setAttributes=c(),m.insert=s().bind(null,"head"),m.domAPI=i(),m.insertStyleElement=u(),o()(v.A,m),v.A&&v.A.locals&&v.A.locals}}]);